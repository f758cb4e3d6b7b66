import { X509Certificate } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { loadConfig } from '@smithy/core/config';
import { certificatePattern } from '../../core/contract.ts';
import { CliError } from '../errors.ts';
import { readFileWithin } from '../read-file.ts';
import { isPipe } from './named-pipes.ts';

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
export async function trustCaFiles(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly CaFile[]> {
  // Node.js trusts these already, but ignores a file that it cannot read.
  const extra = caFile('NODE_EXTRA_CA_CERTS', env['NODE_EXTRA_CA_CERTS']);
  if (extra !== undefined) {
    if (await isPipe(extra.file)) {
      endReadOfNode(extra.file);
      throw invalid(extra, 'is a pipe', 'write it to a file');
    }
    await certificatesIn(extra, signal);
  }
  const bundle = await caBundle(env);
  if (bundle !== undefined) {
    const certificates = await certificatesIn(bundle, signal);
    setDefaultCACertificates([...getCACertificates('default'), ...certificates]);
  }
  return [bundle, extra].filter((file) => file !== undefined);
}

/** A thread of Node.js waits for the pipe's writer, and the end of the process for that thread. */
function endReadOfNode(pipe: string): void {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // Nobody reads it, or it is not ours to write.
  }
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

// The authorities of all browsers together have a quarter of it.
const largest = 1_048_576;

async function certificatesIn(ca: CaFile, signal: AbortSignal): Promise<readonly string[]> {
  const bytes = await readFileWithin(ca.file, largest, signal).catch((error: unknown) => {
    if (error instanceof CliError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw invalid(ca, `cannot be read: ${code}`, 'correct the path, or unset it', error);
  });
  if (bytes.length > largest) {
    throw invalid(ca, `has more than ${largest} bytes`, 'correct the path, or unset it');
  }
  const certificates = bytes.toString('latin1').match(certificatePattern) ?? [];
  const convert = 'convert a certificate to PEM: openssl x509 -inform der -in FILE -out ca.pem';
  if (certificates.length === 0) throw invalid(ca, 'holds no certificate in PEM form', convert);
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw invalid(ca, `has a broken certificate, number ${index + 1}`, convert, error);
    }
  });
  return certificates;
}

function invalid({ setting, file }: CaFile, problem: string, fix: string, cause?: unknown) {
  return new CliError('ERR_CONFIG_INVALID', `${setting}: ${file} ${problem}`, fix, { cause });
}
