import { CancellationErrorCode } from 'microsoft-cognitiveservices-speech-sdk';
import { PortError } from '#core/ports/error';

/** Wrong however often it is tried: the key, the language, the voice. */
const LASTING = new Set([
  CancellationErrorCode.AuthenticationFailure,
  CancellationErrorCode.BadRequestParameters,
  CancellationErrorCode.Forbidden,
]);

/** Of one service's key or identity: another service may take its own. */
const STATUS: ReadonlyMap<CancellationErrorCode, number> = new Map([
  [CancellationErrorCode.AuthenticationFailure, 401],
  [CancellationErrorCode.Forbidden, 403],
]);

/** The SDK's own words stay in `cause`: they may quote what was spoken. */
export function speechError(
  port: 'speech-to-text' | 'text-to-speech',
  code: CancellationErrorCode,
  details: string | undefined,
): PortError {
  const name = CancellationErrorCode[code];
  const status = STATUS.get(code);
  return new PortError(port, `the service cancelled: ${name}`, {
    retryable: !LASTING.has(code),
    code: name,
    cause: details,
    ...(status === undefined ? {} : { status }),
  });
}

export function silentError(port: 'speech-to-text' | 'text-to-speech', afterMs: number): PortError {
  return new PortError(port, `nothing came within ${afterMs} ms`, { retryable: true });
}
