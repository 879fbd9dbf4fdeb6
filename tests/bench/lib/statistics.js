'use strict';
// statistics.js: numbers about numbers. Nothing here knows what was measured.

/** The value below which this share of them lies; the nearest that was really there. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const spread = (values) => ({ n: values.length, min: Math.min(...values), median: median(values), p90: quantile(values, 0.9) });

/** How many of the sorted values below and above to leave out for an interval of 95 %: the normal form of the binomial. */
function outer(n) {
  return Math.max(0, Math.floor(n / 2 - 0.98 * Math.sqrt(n)));
}

/**
 * The median of the ratios of neighbours, and the interval that has the true median with 95 %: { value, low, high, percent }. It is read
 * from the ratios as they lie (the sign test), so it assumes nothing about how they are spread. percent: half of it.
 */
function ratioOf(above, below) {
  const ratios = above.map((value, i) => value / below[i]).sort((a, b) => a - b);
  const skip = outer(ratios.length);
  const value = median(ratios);
  const [low, high] = [ratios[skip], ratios[ratios.length - 1 - skip]];
  return { value, low, high, percent: (high - low) / 2 / value * 100 };
}

module.exports = { quantile, median, spread, ratioOf };
