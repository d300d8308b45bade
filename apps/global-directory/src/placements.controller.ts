import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ExplainPlacement, PlacementExplained } from '@muster/contracts';
import { GlobalDirectory } from '@muster/directory';
import { Needs } from '@muster/platform';

@ApiTags('placements')
@Controller('v1/placements')
export class PlacementsController {
  constructor(private readonly directory: GlobalDirectory) {}

  @Post('explain')
  @HttpCode(200)
  @Needs('placements:explain')
  @ApiOperation({
    summary: 'Where would these workloads go now, all or none, and why not elsewhere? Nothing is reserved',
  })
  @ApiOkResponse({ type: PlacementExplained })
  explain(@Body() body: ExplainPlacement): PlacementExplained {
    return this.directory.explain(body);
  }
}
