'use strict';
// Random choices that a seed repeats.

// Numbers from 0 up to but not including 1 (mulberry32: 32 bits of state, good enough for choosing test data).
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Random {
  constructor(seed) {
    this.seed = seed;
    this.next = numbers(seed);
  }

  // A whole number from 0 up to but not including n.
  below(n) {
    return Math.floor(this.next() * n);
  }

  // True in `share` of all cases.
  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  // An array of min to max values that make() returns.
  many(min, max, make) {
    return Array.from({ length: min + this.below(max - min + 1) }, make);
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

module.exports = { Random };
