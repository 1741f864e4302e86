import { ApiError } from '../../kernel/errors.ts';
import type { StructureShape } from '../models/shape.ts';
import { messageMember, modelOf } from './answers.ts';
import { restCodec } from './rest.ts';
import { s3OutputRoots } from './s3-roots.ts';
import { decodeXmlElement, decodeXmlStructure } from './xml-decode.ts';
import { encodeXmlElement, encodeXmlMembers, escapeXml, xmlns } from './xml-encode.ts';
import { parseXml, type XmlElement } from './xml-parse.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** S3's namespace; its model names it only for inputs. */
const namespace = { uri: 'http://s3.amazonaws.com/doc/2006-03-01/' };

/** REST with XML bodies. Of our services that is S3, so its habits are here too. */
export const restXmlCodec = restCodec({
  contentType: 'application/xml',
  eventForm: 'xml',
  headers: (requestId) => ({ 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId }),
  decodeMembers: (shape, body) => decodeBody(body, (root) => decodeXmlStructure(shape, root, [])),
  decodePayload: (member, body) =>
    decodeBody(body, (root) => decodeXmlElement(member.shape, root, [member.name])),
  encodeMembers: (_service, operation, shape, output) => {
    const bare = bareMember(shape);
    if (bare !== undefined) {
      const value = output[bare];
      return `${declaration}<${bare}${xmlns(namespace)}>${value === undefined ? '' : escapeXml(String(value))}</${bare}>`;
    }
    const root = s3OutputRoots[operation.name] ?? `${operation.name}Result`;
    return `${declaration}<${root}${xmlns(namespace)}>${encodeXmlMembers(shape, output)}</${root}>`;
  },
  encodePayload: (_service, member, value) =>
    declaration + encodeXmlElement(member.shape, member.wireName, value, namespace),
  encodeError: (service, error, members, requestId) => {
    const model = modelOf(service, error);
    const { [messageMember(model)]: _message, ...others } = members;
    const known =
      model === undefined
        ? looseMembers(others)
        : encodeXmlMembers(model.shape, others) + looseMembers(unmodelled(model.shape, others));
    return (
      `${declaration}<Error><Code>${escapeXml(model?.code ?? error.code)}</Code>` +
      `<Message>${escapeXml(error.message)}</Message>${known}` +
      `<RequestId>${escapeXml(requestId)}</RequestId></Error>`
    );
  },
});

/** `GetBucketLocation` answers with its one member as the root, not inside one. */
function bareMember(shape: StructureShape): string | undefined {
  return shape.name === 'GetBucketLocationOutput' ? 'LocationConstraint' : undefined;
}

/** S3 says `MalformedXML` for everything that is wrong with a body. */
function decodeBody<T>(body: Uint8Array, decode: (root: XmlElement) => T): T {
  try {
    return decode(parseXml(Buffer.from(body).toString('utf8')));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    throw new ApiError('MalformedXML', `${message} (${error.message})`, { status: 400, cause: error });
  }
}

/** S3's errors carry elements that its model does not list: `BucketName`, `Key`, `Resource` … */
function looseMembers(members: Readonly<Record<string, unknown>>): string {
  let xml = '';
  for (const [name, value] of Object.entries(members)) {
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (plain && /^[A-Za-z][A-Za-z0-9]*$/.test(name)) xml += `<${name}>${escapeXml(String(value))}</${name}>`;
  }
  return xml;
}

function unmodelled(
  shape: StructureShape,
  members: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !shape.byName.has(name)));
}
