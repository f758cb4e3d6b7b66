import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { loadConfig } from '@smithy/core/config';
import { certificatePattern } from '../../core/contract.ts';
import { CliError } from '../errors.ts';

/** A file of certificate authorities to trust, beside those of Node.js. */
export interface CaFile {
  /** The setting that names it. */
  readonly setting: 'AWS_CA_BUNDLE' | 'ca_bundle' | 'NODE_EXTRA_CA_CERTS';
  readonly file: string;
}

/**
 * Trusts the certificate authorities that the AWS CLI trusts, for every connection of this process:
 * AWS_CA_BUNDLE, or `ca_bundle` of the profile. They are added to the others, because Adobe's
 * certificates are not in a bundle that is meant for AWS.
 *
 * @throws CliError ERR_CONFIG_INVALID for a file that is unreadable, or not PEM
 */
export async function trustCaFiles(env: NodeJS.ProcessEnv): Promise<readonly CaFile[]> {
  const bundle = await caBundle(env);
  if (bundle !== undefined) {
    setDefaultCACertificates([...getCACertificates('default'), ...(await certificatesIn(bundle))]);
  }
  // Node.js trusts these already, but ignores a file that it cannot read.
  const extra = caFile('NODE_EXTRA_CA_CERTS', env['NODE_EXTRA_CA_CERTS']);
  if (extra !== undefined) await certificatesIn(extra);
  return [bundle, extra].filter((file) => file !== undefined);
}

async function caBundle(env: NodeJS.ProcessEnv): Promise<CaFile | undefined> {
  const ofProfile = loadConfig<string>({
    environmentVariableSelector: () => undefined,
    configFileSelector: (profile) => profile['ca_bundle'],
    default: '',
  });
  return caFile('AWS_CA_BUNDLE', env['AWS_CA_BUNDLE']) ?? caFile('ca_bundle', await ofProfile());
}

function caFile(setting: CaFile['setting'], file = ''): CaFile | undefined {
  return file === '' ? undefined : { setting, file };
}

async function certificatesIn({ setting, file }: CaFile): Promise<readonly string[]> {
  const invalid = (problem: string, fix: string, cause?: unknown): CliError =>
    new CliError('ERR_CONFIG_INVALID', `${setting}: ${file} ${problem}`, fix, { cause });
  const text = await readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw invalid(`cannot be read: ${error.code}`, 'correct the path, or unset it', error);
  });
  const certificates = text.match(certificatePattern) ?? [];
  const convert = 'convert a certificate to PEM: openssl x509 -inform der -in FILE -out ca.pem';
  if (certificates.length === 0) throw invalid('holds no certificate in PEM form', convert);
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw invalid(`has a broken certificate, number ${index + 1}`, convert, error);
    }
  });
  return certificates;
}
