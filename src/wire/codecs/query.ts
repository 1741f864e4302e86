import { errorMembers, messageMember, modelOf, outputRecord, statusOf } from './answers.ts';
import type { Codec, RawRequest } from './port.ts';
import { decodeFormStructure } from './query-decode.ts';
import { parseForm } from './query-form.ts';
import { encodeXmlMembers, escapeXml, xmlns } from './xml-encode.ts';

const contentType = 'text/xml';

/** AWS Query: a form with `Action` and `Version` goes in, XML in an envelope comes out. */
export const queryCodec: Codec = {
  operationName: (_service, raw) => {
    return /(?:^|&)Action=([A-Za-z0-9]*)/.exec(formText(raw))?.[1];
  },

  decode: async (_service, operation, raw) => {
    const form = parseForm(formText(raw));
    return operation.input === undefined ? {} : decodeFormStructure(operation.input, form, []);
  },

  encode: (service, operation, output, requestId) => {
    const { name } = operation;
    const members =
      operation.output === undefined
        ? ''
        : encodeXmlMembers(operation.output, outputRecord(operation, output));
    const wrapper = operation.resultWrapper ?? (operation.output === undefined ? undefined : `${name}Result`);
    const result = wrapper === undefined ? '' : `<${wrapper}>${members}</${wrapper}>`;
    const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
    return {
      status: operation.http.responseCode,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: `<${name}Response${namespaceOf(service.xmlNamespace)}>${result}${metadata}</${name}Response>`,
    };
  },

  encodeError: (service, _operation, error, requestId) => {
    const model = modelOf(service, error);
    const sender = model?.senderFault ?? error.senderFault;
    const spelling = messageMember(model);
    const { [spelling]: _message, ...others } = errorMembers(model, error);
    const members = model === undefined ? '' : encodeXmlMembers(model.shape, others);
    // Readers of this protocol look for `Message`, however the model spells it.
    return {
      status: statusOf(service, error),
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body:
        `<ErrorResponse${namespaceOf(service.xmlNamespace)}><Error><Type>${sender ? 'Sender' : 'Receiver'}</Type>` +
        `<Code>${escapeXml(model?.code ?? error.code)}</Code><Message>${escapeXml(error.message)}</Message>` +
        `${members}</Error><RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`,
    };
  },
};

/** The form of a POST, or the query string of a GET. */
function formText(raw: RawRequest): string {
  const body = raw.body === undefined ? '' : Buffer.from(raw.body).toString('utf8');
  if (raw.rawQuery === '') return body;
  return body === '' ? raw.rawQuery : `${raw.rawQuery}&${body}`;
}

function namespaceOf(uri: string | undefined): string {
  return uri === undefined ? '' : xmlns({ uri });
}
