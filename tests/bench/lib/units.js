'use strict';
// units.js: numbers for people: three digits that count, and the unit that fits.

const THOUSANDS = { us: ['us', 'ms', 's'], kb: ['KB', 'MB', 'GB'] };
const STEP = { us: 1000, kb: 1024 };

/** Three digits, thousands with commas. */
function digits(number) {
  const size = Math.abs(number);
  if (size >= 1000) return Math.round(number).toLocaleString('en-US');
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A value with its unit: us and kb grow into larger ones. */
function show(value, unit) {
  if (unit === '$') return `$${value.toPrecision(3)}`;
  const names = THOUSANDS[unit];
  if (!names) return unit ? `${digits(value)} ${unit}` : digits(value);
  let step = 0;
  for (; Math.abs(value) >= STEP[unit] && step < names.length - 1; step += 1) value /= STEP[unit];
  return `${digits(value)} ${names[step]}`;
}

module.exports = { show, digits };
