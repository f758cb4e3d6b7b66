import { cborProtocol } from '../wire/aws-cbor.ts';
import { jsonProtocol } from '../wire/aws-json.ts';
import { queryProtocol } from '../wire/aws-query.ts';
import type { HttpRequest } from '../wire/http-server.ts';
import type { Protocol } from '../wire/protocol.ts';

/** The type of a member cannot be seen in a query. */
const numbers = /^(Period|MaxRecords|MaxDatapoints)$/;
const booleans = /^ReturnData$/;
const instants = /^(StartTime|EndTime)$/;

const isInstant = (member: string): boolean => /Timestamps?$/.test(member);

const json = jsonProtocol('1.0', 'GraniteServiceVersion20100801');
const cbor = cborProtocol(isInstant);
const plainQuery = queryProtocol('http://monitoring.amazonaws.com/doc/2010-08-01/');

const query: Protocol = {
  ...plainQuery,
  read(request) {
    const { action, input } = plainQuery.read(request);
    return { action, input: nested(input) as Readonly<Record<string, unknown>> };
  },
  result: (action, result, requestId) =>
    plainQuery.result(action, withInstants(result) as object, requestId),
};

/** The protocol that a request is in: SDKs of different ages choose different ones. */
export function protocolOf({ headers }: HttpRequest): Protocol {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return cbor;
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? query : json;
}

/** Members like `AlarmNames.member.1` or `Dimensions.member.2.Name`, as lists and objects. */
function nested(flat: Readonly<Record<string, unknown>>, member = ''): unknown {
  const own = flat[''];
  if (own !== undefined) return typed(member, String(own));
  const parts = new Map<string, Record<string, unknown>>();
  for (const [path, value] of Object.entries(flat)) {
    const [first = '', rest = ''] = path.replace('.member.', '.#').split(/\.(.*)/s);
    parts.set(first, { ...parts.get(first), [rest]: value });
  }
  const entries = [...parts];
  if (entries.every(([name]) => name.startsWith('#')) && entries.length > 0) {
    return entries.map(([, part]) => nested(part, member));
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, nested(part, name)]));
}

function typed(member: string, text: string): unknown {
  if (numbers.test(member)) return Number(text);
  if (booleans.test(member)) return text === 'true';
  return instants.test(member) ? Date.parse(text) / 1000 : text;
}

function withInstants(value: unknown, member = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withInstants(item, member));
  if (typeof value === 'number' && isInstant(member)) return new Date(value * 1000).toISOString();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, withInstants(item, name)]);
  return Object.fromEntries(entries);
}
