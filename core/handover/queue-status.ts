/** What is known of a queue at this moment. A field nobody reported is undefined. */
export interface QueueStatus {
  /** Whether people answer there now, whatever its hours say. */
  readonly isOpen: boolean | undefined;
  /** How long a caller waits who joins now. */
  readonly waitMinutes: number | undefined;
  readonly agentsAvailable: number | undefined;
}
