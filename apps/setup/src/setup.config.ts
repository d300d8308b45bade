import { secretSetting, textSetting, type Setting } from '@muster/platform';

/** Settings of the program that makes an installation's secrets. */
export const setupSettings = {
  MUSTER_SETUP_FOLDER: textSetting('Folder of the secrets; each service gets a folder of its own in it', './secrets'),
  MUSTER_SETUP_OWNERS: ownersSetting('Users who get the folder of their service; default: who runs the setup'),
  MUSTER_SETUP_NAMESPACE: textSetting(
    'Kubernetes namespace in which Secrets are made instead of files, by the service account of the pod; one for each service',
    undefined,
  ),
  MUSTER_SETUP_MONGODB_HOST: textSetting('MongoDB server for which passwords are made', 'mongo:27017'),
  MUSTER_ADMIN_PASSWORD: secretSetting('Password of the user admin; default: a random one'),
  MONGODB_URI: secretSetting('Another MongoDB server: no passwords are made for it'),
} as const;

function ownersSetting(description: string): Setting<Readonly<Record<string, number>>> {
  return {
    description,
    kind: 'list of service=user id, separated by commas',
    default: {},
    secret: false,
    parse: (text) => {
      const pairs = text.split(',').map((each) => /^\s*([a-z-]+)=(\d+)\s*$/.exec(each));
      if (pairs.includes(null)) return { reason: 'must be like auth=10001,session=10003' };
      return { value: Object.fromEntries(pairs.map((pair) => [pair?.[1], Number(pair?.[2])])) };
    },
  };
}
