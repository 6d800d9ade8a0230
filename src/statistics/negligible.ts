// What is too little to be of use, however certain it is.

/**
 * Share of the deviation between seeds below which a gain is of no use, however certain it is: epsilon's last digit moves a score
 * by a millionth of that, the same way every time.
 */
const NEGLIGIBLE = 0.05;

/** @param change of a score; below 0 is better */
export function isNegligible(change: number, deviation: number): boolean {
  return Math.abs(change) < NEGLIGIBLE * deviation;
}
