import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DrainNode, ListNodesQuery, NodeDetail, NodePage, type NodeId } from '@muster/contracts';
import { GlobalDirectory } from '@muster/directory';
import { Caller, Route, type UserCaller } from '@muster/platform';

const ofNode = { id: 'Id of the node' };

@ApiTags('nodes')
@Controller('v1/nodes')
export class NodesController {
  constructor(private readonly directory: GlobalDirectory) {}

  @Get()
  @Route({ summary: 'List the nodes, with their hardware and what is free', needs: 'nodes:read', answer: NodePage })
  list(@Query() query: ListNodesQuery): NodePage {
    return this.directory.listNodes(query);
  }

  @Get(':id')
  @Route({
    summary: 'Show one node, with what sits there',
    needs: 'nodes:read',
    path: ofNode,
    answer: NodeDetail,
    problems: ['unknown-node'],
  })
  get(@Param('id') id: string): NodeDetail {
    return this.directory.node(id as NodeId);
  }

  @Post(':id/drain')
  @Route({
    summary: 'Give a node no new work; what runs there goes on',
    needs: 'nodes:drain',
    status: 200,
    path: ofNode,
    answer: NodeDetail,
    problems: ['unknown-node'],
  })
  drain(@Param('id') id: string, @Body() body: DrainNode, @Caller() user: UserCaller): Promise<NodeDetail> {
    return this.directory.drain(id as NodeId, body, user.userId);
  }

  @Post(':id/undrain')
  @Route({
    summary: 'Give a node work again',
    needs: 'nodes:drain',
    path: ofNode,
    answer: NodeDetail,
    problems: ['unknown-node'],
  })
  undrain(@Param('id') id: string): Promise<NodeDetail> {
    return this.directory.undrain(id as NodeId);
  }
}
