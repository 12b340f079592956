-- Deliveries as people look at them.
--
-- KEYS: unrouted dead delivery_id delivery_head delivery_body delivery_received delivery_reason delivery_trace
-- ARGV: 1 if with body and trace, how many seqs, these seqs
-- Answers: one for each that is kept: {seq, id, head, receipt, bytes, state, then reason, body and trace or false}

local full, count = take() == '1', takeNumber()
local shown = {}
for _ = 1, count do
  local seq = take()
  local head = redis.call('HGET', key.delivery_head, seq)
  if head then
    local dead = redis.call('ZSCORE', key.dead, seq)
    local state = dead and 'dead' or redis.call('ZSCORE', key.unrouted, seq) and 'unrouted' or 'routed'
    shown[#shown + 1] = {
      seq,
      redis.call('HGET', key.delivery_id, seq),
      head,
      redis.call('HGET', key.delivery_received, seq),
      redis.call('HSTRLEN', key.delivery_body, seq),
      state,
      dead and redis.call('HGET', key.delivery_reason, seq),
      full and redis.call('HGET', key.delivery_body, seq),
      full and redis.call('HGET', key.delivery_trace, seq),
    }
  end
end
return shown
