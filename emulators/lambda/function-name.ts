import { AwsError, validationError } from '../wire/errors.ts';

/** The function and version that a caller's `FunctionName` and `Qualifier` name. */
export interface FunctionReference {
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly name: string;
  readonly qualifier: string | undefined;
}

// Both as AWS prints them in its errors.
const namePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';
const qualifierPattern = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';
const maxQualifierLength = 128;

/**
 * Reads what a caller named: a name, a partial ARN or an ARN, perhaps with a qualifier.
 *
 * @see https://github.com/localstack/localstack/blob/main/tests/aws/services/lambda_/test_lambda_api.py
 *   `test_function_name_and_qualifier_validation`, recorded on AWS
 * @throws AwsError if it is malformed, or the two qualifiers differ
 */
export function parseFunctionName(text: string, given?: string): FunctionReference {
  const match = new RegExp(`^${namePattern}$`).exec(text);
  const problems: string[] = [];
  if (match === null) problems.push(mismatch('functionName', text, namePattern));
  if (given !== undefined && given.length > maxQualifierLength) {
    problems.push(
      `Value '${given}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to ${maxQualifierLength}`,
    );
  } else if (given !== undefined && !new RegExp(`^(${qualifierPattern})$`).test(given)) {
    problems.push(mismatch('qualifier', given, qualifierPattern));
  }
  if (match === null || problems.length > 0) {
    const errors = problems.length === 1 ? 'error' : 'errors';
    throw validationError(
      `${problems.length} validation ${errors} detected: ${problems.join('; ')}`,
    );
  }
  const [region, account, name = text, derived] = [3, 9, 11, 13].map((group) => match[group]);
  if (derived !== undefined && given !== undefined && derived !== given) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  return {
    region: region?.slice(0, -1),
    accountId: account?.slice(0, -1),
    name,
    qualifier: derived ?? given,
  };
}

function mismatch(member: string, value: string, pattern: string): string {
  return `Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;
}
