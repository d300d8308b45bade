export type { V1Pod, V1Container, V1Volume, V1Node, CoreV1Event } from '@kubernetes/client-node';
