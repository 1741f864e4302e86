import type { ApiError } from '../../kernel/errors.ts';
import type { EncodedResponse } from '../codecs/port.ts';

/** An error answer for a request whose service is unknown: JSON to those who speak it, XML to all others. */
export function encodeBareError(error: ApiError, json: boolean, requestId: string): EncodedResponse {
  if (json)
    return {
      status: error.status,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.code },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    };
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body:
      `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse><Error><Type>${type}</Type><Code>${error.code}</Code>` +
      `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

function escapeXml(text: string): string {
  return text
    .replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\t\n\r\x20-\ufffd]/g, '?');
}
