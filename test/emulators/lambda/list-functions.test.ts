import {
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { clientsFor } from '../../support/aws-clients.ts';
import { bundle, startLambda } from './start-lambda.ts';

async function startWithMany(count: number) {
  const lambda = await startLambda();
  for (let index = 1; index <= count; index += 1) {
    lambda.createFunction({ functionName: `f${index}`, bundle: bundle('handlers') });
  }
  return clientsFor(lambda).lambda;
}

describe('ListFunctions', () => {
  it('returns the same as GetFunctionConfiguration, without the state', async () => {
    const client = clientsFor(await startLambda(['echo', 'writes'])).lambda;
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['echo', 'writes']);
    const { $metadata, State, LastUpdateStatus, ...configuration } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'echo' }),
    );
    expect({ State, LastUpdateStatus }).toEqual({
      State: 'Active',
      LastUpdateStatus: 'Successful',
    });
    expect(Functions[0]).toEqual(configuration);
  });

  it('returns at most 50 functions a page, whatever the request', async () => {
    const client = await startWithMany(120);
    const sizes: number[] = [];
    const paging = { client, pageSize: 10_000 };
    for await (const { Functions = [] } of paginateListFunctions(paging, {})) {
      sizes.push(Functions.length);
    }
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('returns smaller pages on request', async () => {
    const client = await startWithMany(3);
    const { Functions, NextMarker } = await client.send(new ListFunctionsCommand({ MaxItems: 2 }));
    expect(Functions).toHaveLength(2);
    const rest = await client.send(new ListFunctionsCommand({ MaxItems: 2, Marker: NextMarker }));
    expect(rest.Functions).toMatchObject([{ FunctionName: 'f3' }]);
    expect(rest.NextMarker).toBeUndefined();
  });

  it.each([{ MaxItems: 0 }, { MaxItems: 10_001 }, { Marker: 'x' }])(
    'rejects %j',
    async (request) => {
      const client = await startWithMany(1);
      await expect(client.send(new ListFunctionsCommand(request))).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
      });
    },
  );
});

describe('an override', () => {
  it('replaces members in the configuration of that function', async () => {
    const lambda = await startLambda(['echo', 'writes']);
    const failed = { State: 'Failed', StateReasonCode: 'SubnetOutOfIPAddresses', Timeout: 7 };
    lambda.configurationOverrides.set('echo', failed);
    const client = clientsFor(lambda).lambda;
    const read = (FunctionName: string) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(await read('echo')).toMatchObject(failed);
    expect(await read('writes')).toMatchObject({ State: 'Active' });
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ State, Timeout }) => [State, Timeout])).toEqual([
      [undefined, 7],
      [undefined, 20],
    ]);
  });
});
