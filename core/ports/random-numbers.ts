export interface RandomNumbers {
  /** A whole number from 0 up to, and without, `limit`: each as likely as the other, and not to be guessed. */
  below(limit: number): number;
}
