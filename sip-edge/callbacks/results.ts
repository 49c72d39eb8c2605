/** `resultInformation` of callbacks: recorded values verbatim, typos included (acs-facts 3.3, 5.2, 5.4 and 9). */

export interface ResultInformation {
  readonly code: number;
  readonly subCode: number;
  readonly message: string;
}

function result(code: number, subCode: number, message: string): ResultInformation {
  return { code, subCode, message };
}

export const results = {
  /** CallConnected, ParticipantsUpdated, SendDtmfTonesCompleted, RecordingStateChanged. */
  ok: result(200, 0, ''),
  actionCompleted: result(200, 0, 'Action completed successfully.'),

  endedByApplication: result(
    200,
    7000,
    'Call was ended by Azure Communication Service Call Automation API or a server bot. DiagCode: 0#7000.@',
  ),
  callerHungUp: result(200, 540000, 'Call ended successfully by local PSTN caller.'),
  transferCompleted: result(200, 7015, 'The conversation has ended. DiagCode: 0#7015.@'),
  mediaLost: result(410, 301005, 'Media connectivity was lost. DiagCode: 410#301005.@'),
  callerGoneBeforeAnswer: result(487, 540487, 'Request Terminated. DiagCode: 487#540487.@'),
  conversationEnded: result(200, 7000, 'The conversation has ended. DiagCode: 0#7000.@'),

  invalidFile: result(400, 8535, 'Action failed, file format is invalid.'),
  fileNotDownloaded: result(400, 8536, 'Action failed, file could not be downloaded.'),
  speechServiceUnreachable: result(500, 8564, 'Action failed, speech service connection error.'),
  cancelled: result(400, 8508, 'Action falied, the operation was cancelled.'),

  maxTonesCollected: result(200, 8531, 'Action completed, max digits received.'),
  stopToneReceived: result(200, 8514, 'Action completed as stop tone was detected.'),
  interToneTimeout: result(200, 8532, 'Action completed as inter-digit timeout was reached.'),
  initialSilence: result(400, 8510, 'Action failed, initial silence timeout reached.'),
  promptFailed: result(500, 8511, 'Action failed, encountered failure while trying to play the prompt.'),

  internalError: result(500, 9999, 'Unknown internal error. DiagCode: 500#9999.@'),

  tonesNotSent: result(400, 8501, 'Action failed, call is not established.'),

  mediaSocketRefused: result(500, 8603, 'Action failed, media streaming connection was not established.'),
  mediaSocketUnauthorized: result(401, 8603, 'Action failed, media streaming connection was refused.'),
  mediaSocketLost: result(500, 8603, 'Action failed, media streaming connection was lost.'),
} as const satisfies Record<string, ResultInformation>;

/** The far side's final SIP status, given through its SBC on an outbound leg (acs-facts 9.3). */
export function outboundRefusal(sipStatus: number): ResultInformation {
  const subCode = 560_000 + sipStatus;
  return result(sipStatus, subCode, `Transfer failed. DiagCode: ${sipStatus}#${subCode}.@`);
}

/** No trunk could be asked: the decision is our own, so the prefix is not 560 (acs-facts 9.3). */
export function notRoutable(sipStatus: number): ResultInformation {
  const subCodes: Readonly<Record<number, number>> = { 403: 510403, 404: 511404, 408: 500001 };
  const subCode = subCodes[sipStatus] ?? 10134;
  return result(sipStatus, subCode, `Call was not routable. DiagCode: ${sipStatus}#${subCode}.@`);
}
