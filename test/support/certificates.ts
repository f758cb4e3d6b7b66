import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);
const octets = (content: Uint8Array): Buffer => der(0x04, content);

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const isCa = sequence(
  objectId('551d13'),
  der(0x01, Buffer.from([0xff])),
  octets(sequence(der(0x01, Buffer.from([0xff])))),
);

/** A key and the certificate for it, both as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

interface Party {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** A key and a certificate for localhost that it signed itself. */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: 'localhost', privateKey };
  return certify({ name: 'localhost', publicKey, privateKey }, issuer, []);
}

/** A certificate authority of one company, which nobody else trusts. */
export class PrivateCa {
  readonly #party: Party;
  /** Its certificate. */
  readonly cert: string;
  #serial = 1;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#party = { name: 'Private CA', privateKey };
    this.cert = certify({ ...this.#party, publicKey }, this.#party, [isCa]).cert;
  }

  /** Issues a certificate for hosts, which may be addresses, or begin with `*.`. */
  issue(...hosts: readonly string[]): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = hosts.map((host) =>
      isIP(host) === 4
        ? der(0x87, Buffer.from(host.split('.').map(Number)))
        : der(0x82, Buffer.from(host)),
    );
    const subjectAltName = sequence(objectId('551d11'), octets(sequence(...names)));
    this.#serial += 1;
    const subject = { name: hosts[0] ?? '', publicKey, privateKey };
    return certify(subject, this.#party, [subjectAltName], this.#serial);
  }
}

function certify(
  subject: Party & { readonly publicKey: KeyObject },
  issuer: Party,
  extensions: readonly Uint8Array[],
  serial = 1,
): Certificate {
  const certificate = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(issuer.name),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    distinguishedName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const signature = sign('sha256', certificate, issuer.privateKey);
  const pem = sequence(certificate, ecdsaWithSha256, bits(signature)).toString('base64');
  return {
    key: subject.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${pem.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function distinguishedName(commonName: string): Buffer {
  const attribute = sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)));
  return sequence(der(0x31, attribute));
}
