import { Stack } from 'aws-cdk-lib';
import { type CfnPolicy, type IRole, Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Construct, Dependable, type IConstruct } from 'constructs';
import { refuse } from './refuse.ts';

const service = 'lambda.amazonaws.com';

/** A new role for the function. */
export function newExecutionRole(scope: Construct, rotator: string): Role {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal(service),
    description: `Renews the Adobe IMS access tokens of the rotator ${rotator}`,
  });
  // The function refers to its role, so it has to wait for the role's policies only.
  Dependable.implement(role, {
    get dependencyRoots() {
      return role.node.children.filter((child) => child instanceof Policy);
    },
  });
  return role;
}

/** Refuses a role that Lambda could not assume, as far as its trust is known. */
export function checkTrust(scope: IConstruct, role: IRole): void {
  if (!(role instanceof Role) || role.assumeRolePolicy === undefined) return;
  const trust = JSON.stringify(Stack.of(role).resolve(role.assumeRolePolicy));
  if (trust.includes(`"${service}"`)) return;
  refuse(
    scope,
    'RoleTrust',
    `Lambda cannot assume the role ${role.node.path}; create it with assumedBy: ` +
      `new ServicePrincipal('${service}')`,
  );
}

/**
 * Attaches a policy to a role. CDK ignores it where the app cannot change the role, and also after
 * Role.customizeRoles, which writes what the role must allow into a report: what the policy allows
 * at that moment, so attach it again when it allows more.
 */
export function attachPolicy(role: IRole, policy: Policy): void {
  role.attachInlinePolicy(policy);
  if (role instanceof Role) return;
  const { roles } = policy.node.defaultChild as CfnPolicy;
  const attached: readonly unknown[] = Stack.of(policy).resolve(roles) ?? [];
  if (attached.length > 0) return;
  refuse(
    policy,
    'RoleImmutable',
    `this app cannot add policies to the role ${role.node.path}, without which the function has ` +
      'no rights; import a role of this account without "mutable: false", or omit role',
  );
}
