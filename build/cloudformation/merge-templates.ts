import { isDeepStrictEqual } from 'node:util';
import type { Resource, Template } from './template.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * One template of two: what both have stays as it is, and what only one has depends on a condition.
 *
 * @param condition the name of the condition that chooses the first template
 * @throws Error for a difference that a condition cannot express
 */
export function mergeTemplates(
  condition: string,
  whether: Template,
  otherwise: Template,
): Template {
  const missing = Object.keys(otherwise.Resources).filter((id) => !(id in whether.Resources));
  if (missing.length > 0) throw new Error(`only without ${condition}: ${missing.join(', ')}`);
  if (!isDeepStrictEqual(whether.Outputs, otherwise.Outputs)) {
    throw new Error(`the outputs depend on ${condition}`);
  }
  const resources = Object.entries(whether.Resources).map(([id, resource]) => [
    id,
    mergeResources(condition, id, resource, otherwise.Resources[id]),
  ]);
  return { ...whether, Resources: Object.fromEntries(resources) };
}

function mergeResources(
  condition: string,
  id: string,
  whether: Resource,
  otherwise: Resource | undefined,
): Resource {
  if (otherwise === undefined) {
    if (whether.Condition !== undefined) throw new Error(`${id} has two conditions`);
    return { ...whether, Condition: condition };
  }
  const { Properties = {}, DependsOn, ...attributes } = whether;
  const { Properties: otherProperties = {}, DependsOn: others, ...otherAttributes } = otherwise;
  if (!isDeepStrictEqual(attributes, otherAttributes)) {
    throw new Error(`the attributes of ${id} depend on ${condition}`);
  }
  // A resource cannot depend on one that may not exist. What could be late for it is a policy: a tick
  // before it would fail, and the next one make up for it.
  const dependencies = [DependsOn ?? []].flat().filter((one) => [others].flat().includes(one));
  return {
    ...attributes,
    Properties: mergeFields(condition, Properties, otherProperties),
    ...(dependencies.length === 0 ? {} : { DependsOn: dependencies }),
  };
}

function mergeFields(condition: string, whether: Fields, otherwise: Fields): Fields {
  const keys = [...new Set([...Object.keys(whether), ...Object.keys(otherwise)])];
  return Object.fromEntries(
    keys.map((key) => [key, mergeValues(condition, whether[key], otherwise[key])]),
  );
}

function mergeValues(condition: string, whether: unknown, otherwise: unknown): unknown {
  if (isDeepStrictEqual(whether, otherwise)) return whether;
  if (isFields(whether) && isFields(otherwise)) return mergeFields(condition, whether, otherwise);
  const absent = { Ref: 'AWS::NoValue' };
  return { 'Fn::If': [condition, whether ?? absent, otherwise ?? absent] };
}

/** True for an object that is not a call of an intrinsic function. */
function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}
