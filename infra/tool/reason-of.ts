/** One line of an error, bounded: it may quote what a far side said. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? causes(error) : 'unknown';
  return text.split('\n')[0]?.slice(0, 200) ?? 'unknown';
}

/** fetch says "fetch failed" and keeps the reason to itself. */
function causes(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== '' && !error.message.includes(error.cause.message)
    ? `${error.message}: ${causes(error.cause)}`
    : error.message;
}
