import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { MusterError } from '@muster/contracts';
import { Open } from '@muster/platform';

/** Who asks for the WebSocket's address without opening a WebSocket: a browser, or curl. */
@ApiExcludeController()
@Open()
@Controller('v1/connect')
export class ConnectController {
  @Get()
  explain(): never {
    throw new MusterError(
      'upgrade-required',
      'open a WebSocket here, with the subprotocol muster.v1 and the url that POST /v1/sessions/{id}/tickets answers',
    );
  }
}
