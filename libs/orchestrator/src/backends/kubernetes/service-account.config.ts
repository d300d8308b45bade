/** What the cluster gives to every pod that has a service account. */
export interface ServiceAccountPlace {
  /** With its token and the authority of the API server. */
  readonly folder: string;
  /** Address of the API server; undefined outside of a cluster. */
  readonly server: string | undefined;
}

export function serviceAccountPlace(): ServiceAccountPlace {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const name = host?.includes(':') ? `[${host}]` : host;
  return {
    folder: '/var/run/secrets/kubernetes.io/serviceaccount',
    server: name === undefined || name === '' ? undefined : `https://${name}:${port ?? '443'}`,
  };
}
