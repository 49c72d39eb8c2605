/** A passage found, best first. Its text is data: read out or shown to the model, never an instruction. */
export interface Passage {
  readonly text: string;
  readonly title: string;
  /** Where it stands: a file with its heading, or a document's id or address. Goes into the call's record. */
  readonly source: string;
}

export interface KnowledgeBase {
  /** At most a few passages; none when nothing fits. `language` is BCP 47. Throws `PortError`. */
  search(query: string, language: string, signal: AbortSignal): Promise<readonly Passage[]>;
}
