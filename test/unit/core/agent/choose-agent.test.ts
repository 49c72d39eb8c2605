import { describe, expect, it } from 'vitest';
import type { Agent } from '#core/agent/agent';
import { chooseAgent } from '#core/agent/choose-agent';
import type { CallOffer } from '#core/call/offer';
import { localesOf } from '#core/language/locale';
import type { CalledParty, PhoneNumber } from '#core/ids';
import { offer } from '../../../support/offered-call.ts';
import { agentWith, packs } from '../../../support/turn-play.ts';

function agentAnswering(name: string, answers: object): Agent {
  const definition = agentWith({ name, answers });
  return { definition, locales: localesOf(definition, packs) };
}

const standard = agentAnswering('standard', {});
const ofNumber = agentAnswering('of-number', { numbers: ['+18005550177', offer.to] });
const ofTrunk = agentAnswering('of-trunk', { trunks: ['sbc.contoso.com'] });
const ofHeader = agentAnswering('of-header', { headers: { 'line-of-business': 'cards' } });
const ofHeaders = agentAnswering('of-headers', { headers: { 'line-of-business': 'cards', tier: 'gold' } });
const everybody = [standard, ofNumber, ofTrunk, ofHeader, ofHeaders];

function callWith(custom: Readonly<Record<string, string>>, to: CalledParty = offer.to): CallOffer {
  return { ...offer, to, headers: { userToUser: undefined, custom } };
}
const chosen = (call: CallOffer, agents: readonly Agent[] = everybody): string =>
  chooseAgent(agents, standard, call, 'trunk').definition.name;

describe('a call', () => {
  const otherNumber = '+18005550100' as PhoneNumber;

  it.each([
    ['by its headers before its trunk', { 'line-of-business': 'cards', trunk: 'sbc.contoso.com' }, 'of-header'],
    ['by most headers, when all of them are there', { 'line-of-business': 'cards', tier: 'gold' }, 'of-headers'],
    ['by fewer headers, when one is not as wanted', { 'line-of-business': 'cards', tier: 'silver' }, 'of-header'],
    ['by its trunk before its number', { trunk: 'sbc.contoso.com' }, 'of-trunk'],
    ['by its number, when nothing else is known', {}, 'of-number'],
    ['by its number, when half of the headers are there', { tier: 'gold' }, 'of-number'],
  ])('is taken %s', (_, custom, name) => {
    expect(chosen(callWith(custom))).toBe(name);
    expect(chosen(callWith(custom), everybody.toReversed())).toBe(name);
  });

  it('to a number nobody answers goes to the standard agent', () => {
    expect(chosen(callWith({}, otherNumber))).toBe('standard');
  });

  it.each([
    [{ lineofbusiness: ' CARDS ' }, 'of-header'],
    [{ Trunk: 'SBC.Contoso.com' }, 'of-trunk'],
    [{ 'line-of-business': '' }, 'standard'],
    [{ trunk: '' }, 'standard'],
    [{ trunk: 'sbc.contoso.com.evil.example' }, 'standard'],
  ])('with the headers %j is matched without case, hyphens and white space around', (custom, name) => {
    expect(chosen(callWith(custom, otherNumber))).toBe(name);
  });

  it('that two agents take by equally many headers goes to the first', () => {
    const gold = agentAnswering('gold', { headers: { tier: 'gold' } });
    expect(chosen(callWith({ tier: 'gold', 'line-of-business': 'cards' }), [gold, ofHeader])).toBe('gold');
    expect(chosen(callWith({ tier: 'gold', 'line-of-business': 'cards' }), [ofHeader, gold])).toBe('of-header');
  });

  it('is told its trunk by the header that is set for it', () => {
    const call = callWith({ 'sbc-name': 'sbc.contoso.com' }, otherNumber);
    expect(chooseAgent(everybody, standard, call, 'X-SBC-Name')).toBe(ofTrunk);
  });
});
