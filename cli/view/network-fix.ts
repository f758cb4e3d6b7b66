/** Fixes for faults between this machine and Adobe. The function has another route. */
export const networkFix = {
  passing: 'check the network and HTTPS_PROXY; the function may use another route',
  certificate: "if a proxy inspects TLS, give its authority's PEM file: AWS_CA_BUNDLE=FILE",
  proxy: 'correct HTTPS_PROXY with its user and password, or have the proxy allow the host',
  unresolved: 'check the host; where only a proxy resolves names, set HTTPS_PROXY',
} as const;
