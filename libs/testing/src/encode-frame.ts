import type { BinaryFrame, Frame } from '@muster/contracts/wire';
import { type Encoded, encodeBinary, encodeText } from '@muster/relay';

/** A frame of any kind as it goes over the wire. */
export function encodeFrame(frame: Frame): Encoded {
  return frame.kind === 'binary' ? encodeBinary(frame as BinaryFrame) : encodeText(frame);
}
