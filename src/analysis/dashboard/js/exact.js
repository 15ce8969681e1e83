/**
 * Exact fractions, as Python's, so that nothing shown here depends on binary rounding.
 */
class Fraction {
  /** @param {bigint} n @param {bigint} d */
  constructor(n, d = 1n) {
    if (d < 0n) [n, d] = [-n, -d];
    const g = divisor(n < 0n ? -n : n, d);
    this.n = n / g;
    this.d = d / g;
  }

  /**
   * Read "3", "-0.5" or "3/4".
   * @param {string|number} text
   */
  static of(text) {
    const [top, bottom] = String(text).split("/");
    const [whole, part = ""] = top.split(".");
    const value = new Fraction(BigInt(whole + part), 10n ** BigInt(part.length));
    return bottom ? value.over(new Fraction(BigInt(bottom))) : value;
  }

  plus(o) { return new Fraction(this.n * o.d + o.n * this.d, this.d * o.d); }
  minus(o) { return new Fraction(this.n * o.d - o.n * this.d, this.d * o.d); }
  times(o) { return new Fraction(this.n * o.n, this.d * o.d); }
  over(o) { return new Fraction(this.n * o.d, this.d * o.n); }
  power(times) { return new Fraction(this.n ** BigInt(times), this.d ** BigInt(times)); }
  compare(o) { const left = this.n * o.d, right = o.n * this.d; return left < right ? -1 : left > right ? 1 : 0; }
  below(o) { return this.compare(o) < 0; }
  get sign() { return this.n < 0n ? -1 : this.n > 0n ? 1 : 0; }

  /** For lengths on the screen only. */
  get number() { return Number(this.n) / Number(this.d); }

  /** "3/4" or "3". */
  toString() { return this.d === 1n ? `${this.n}` : `${this.n}/${this.d}`; }

  /**
   * Digits of this times ten to `places`, rounded half away from zero.
   * @param {number} places
   */
  digits(places) {
    const top = this.n * 10n ** BigInt(places);
    const size = (2n * (top < 0n ? -top : top) + this.d) / (2n * this.d);
    return top < 0n ? -size : size;
  }

  /**
   * The largest multiple of ten to minus `places` that is not above this.
   * @param {number} places
   */
  down(places) {
    const unit = 10n ** BigInt(places), top = this.n * unit, over = ((top % this.d) + this.d) % this.d;
    return new Fraction((top - over) / this.d, unit);
  }

  /**
   * The smallest multiple of ten to minus `places` that is not below this.
   * @param {number} places
   */
  up(places) { return ZERO.minus(ZERO.minus(this).down(places)); }
}

const ZERO = new Fraction(0n), ONE = new Fraction(1n), HUNDRED = new Fraction(100n);

/** Greatest common divisor, at least 1. */
function divisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a || 1n;
}

/** @param {Fraction} a @param {Fraction} b */
const larger = (a, b) => (a.below(b) ? b : a);
