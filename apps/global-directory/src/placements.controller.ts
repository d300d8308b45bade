import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ExplainPlacement, PlacementExplained } from '@muster/contracts';
import { GlobalDirectory } from '@muster/directory';
import { Route } from '@muster/platform';

@ApiTags('placements')
@Controller('v1/placements')
export class PlacementsController {
  constructor(private readonly directory: GlobalDirectory) {}

  @Post('explain')
  @Route({
    summary: 'Ask where workloads would go now, and why not elsewhere',
    more: 'All of them or none. Nothing is reserved and nothing is started.',
    needs: 'placements:explain',
    example: { items: [{ role: 'solver', hardware: { cpuMillis: 500, memoryBytes: 268_435_456 } }] },
    answer: PlacementExplained,
  })
  explain(@Body() body: ExplainPlacement): PlacementExplained {
    return this.directory.explain(body);
  }
}
