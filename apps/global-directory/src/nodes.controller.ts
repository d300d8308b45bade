import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DrainNode, ListNodesQuery, NodeDetail, NodePage, type NodeId } from '@muster/contracts';
import { GlobalDirectory } from '@muster/directory';
import { Caller, Needs, type UserCaller } from '@muster/platform';

@ApiTags('nodes')
@Controller('v1/nodes')
export class NodesController {
  constructor(private readonly directory: GlobalDirectory) {}

  @Get()
  @Needs('nodes:read')
  @ApiOperation({ summary: 'Nodes by id, with their hardware and what is free' })
  @ApiOkResponse({ type: NodePage })
  list(@Query() query: ListNodesQuery): NodePage {
    return this.directory.listNodes(query);
  }

  @Get(':id')
  @Needs('nodes:read')
  @ApiOperation({ summary: 'One node, with what sits there' })
  @ApiOkResponse({ type: NodeDetail })
  get(@Param('id') id: string): NodeDetail {
    return this.directory.node(id as NodeId);
  }

  @Post(':id/drain')
  @HttpCode(200)
  @Needs('nodes:drain')
  @ApiOperation({ summary: 'Give the node no new work; what runs there goes on' })
  @ApiOkResponse({ type: NodeDetail })
  drain(@Param('id') id: string, @Body() body: DrainNode, @Caller() user: UserCaller): Promise<NodeDetail> {
    return this.directory.drain(id as NodeId, body, user.userId);
  }

  @Post(':id/undrain')
  @HttpCode(200)
  @Needs('nodes:drain')
  @ApiOperation({ summary: 'Give the node work again' })
  @ApiOkResponse({ type: NodeDetail })
  undrain(@Param('id') id: string): Promise<NodeDetail> {
    return this.directory.undrain(id as NodeId);
  }
}
