import { useInstallation } from '../installation/use-installation.js';
import { hrefOf } from '../route.js';

/** The name of a node; a link to the nodes for who may see them. */
export function NodeName({ name }: { name: string }) {
  const mayLook = useInstallation().may('nodes:read');
  return mayLook ? <a href={hrefOf()}>{name}</a> : <>{name}</>;
}
