/** Larger than any SIP message a sane peer sends; our own hostile-header scenarios stay below it. */
export const MESSAGE_MAX_BYTES = 1024 * 1024;

const END_OF_HEADERS = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*$/im;

/**
 * Cuts a byte stream into SIP messages by their Content-Length (RFC 3261 section 18.3). A stream that cannot be cut any more
 * throws: there is no way to find the next message in it, so the connection must go.
 */
export class MessageFramer {
  #buffer: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const messages: string[] = [];
    for (;;) {
      this.#dropKeepAlives();
      const message = this.#cut();
      if (message === undefined) return messages;
      messages.push(message);
    }
  }

  /** RFC 5626 section 4.4.1: CRLF between messages keeps a connection open and means nothing. */
  #dropKeepAlives(): void {
    let start = 0;
    while (this.#buffer[start] === 0x0d || this.#buffer[start] === 0x0a) start += 1;
    if (start > 0) this.#buffer = this.#buffer.subarray(start);
  }

  #cut(): string | undefined {
    const headersEnd = this.#buffer.indexOf(END_OF_HEADERS);
    if (headersEnd < 0) {
      if (this.#buffer.length > MESSAGE_MAX_BYTES) throw new Error('SIP message larger than the limit');
      return undefined;
    }
    const length = CONTENT_LENGTH.exec(this.#buffer.toString('utf8', 0, headersEnd))?.[1];
    if (length === undefined) throw new Error('SIP message on a stream without Content-Length');
    const end = headersEnd + END_OF_HEADERS.length + Number(length);
    if (end > MESSAGE_MAX_BYTES) throw new Error('SIP message larger than the limit');
    if (this.#buffer.length < end) return undefined;
    const message = this.#buffer.toString('utf8', 0, end);
    this.#buffer = this.#buffer.subarray(end);
    return message;
  }
}
