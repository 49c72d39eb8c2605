export interface DrawnArrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The arrows of a Mermaid sequence diagram in their order; notes, frames and participants are not arrows. */
export function arrowsOf(diagram: string): readonly DrawnArrow[] {
  return diagram.split('\n').flatMap((line) => {
    const [, from, to, text] = /^\s*(\w+)(?:--?>>|-x)(\w+): (.*)$/.exec(line) ?? [];
    return from === undefined || to === undefined || text === undefined ? [] : [{ from, to, text }];
  });
}

/** The first sequence diagram under a heading of a document. */
export function diagramUnder(heading: string, text: string): string {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const [, diagram] = /```mermaid\n(sequenceDiagram\n[\s\S]*?)```/.exec(section ?? '') ?? [];
  if (diagram === undefined) throw new Error(`there is no sequence diagram under "${heading}"`);
  return diagram;
}
