import { X509Certificate } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { IgnoreMode, SymlinkFollowMode } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { certificatePattern } from '../core/contract.ts';
import { largestFile, readFileWithin } from './read-file.ts';
import { refuse } from './refuse.ts';

export interface CaCertificatesProps {
  /** The path of a PEM file. */
  readonly file: string;
}

/** Certificate authorities for a function to trust: a layer with one file, which Node.js reads. */
export class CaCertificates extends Construct {
  readonly layer: LayerVersion;
  readonly environment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { file }: CaCertificatesProps) {
    super(scope, id);
    checkCertificates(this, file);
    const name = basename(file);
    this.layer = new LayerVersion(this, 'Layer', {
      description: 'Certificate authorities that the IMS token rotator trusts',
      code: Code.fromAsset(dirname(file), {
        // To a glob, `*` would not be the hidden files, such as the app's `.env`.
        exclude: ['*', `!/${name}`],
        ignoreMode: IgnoreMode.GIT,
        followSymlinks: SymlinkFollowMode.ALWAYS,
      }),
    });
    this.environment = { NODE_EXTRA_CA_CERTS: `/opt/${name}` };
  }
}

/** On Lambda, Node.js would ignore a file that it cannot use. */
function checkCertificates(scope: IConstruct, file: string): void {
  const bad = (problem: string): never =>
    refuse(scope, 'CaCertificates', `caCertificates: ${file} ${problem}`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(basename(file))) {
    bad('needs a name of letters, digits and ._- only');
  }
  let text = '';
  try {
    text = readFileWithin(file).toString('latin1');
  } catch (error) {
    bad(`cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (text.length > largestFile) bad(`has more than ${largestFile} bytes`);
  if (/PRIVATE KEY-----/.test(text)) {
    bad('holds a private key, which everybody who can read the function would see');
  }
  const certificates = text.match(certificatePattern) ?? [];
  if (certificates.length === 0) bad('holds no certificate in PEM form');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch {
      bad('has a broken certificate');
    }
  }
}
