# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Calls: what the plugin receives, how its answers arrive, and misuses of the ABI.
class TestRuntime < Minitest::Test
  NOW = 1_700_000_123_456

  def setup
    @loaded = Loaded.new(UNRULY, clock: -> { NOW }, largest_reply: 1 << 20)
  end

  def teardown
    @loaded.close
    assert_equal 0, @loaded.runtime.pending
  end

  def value(field, arguments = {}, **options)
    JSON.parse(@loaded.start(field, arguments, **options).wait.json, quirks_mode: true)
  end

  # Returns what the plugin received.
  def echo(arguments = {}, **options)
    JSON.parse(value('echo', arguments, **options).fetch('text'))
  end

  def misuses
    @loaded.runtime.misuses
  end

  def test_arguments_with_a_nul_and_beyond_ascii
    text = "a\0b ü 漢 😀 \u2028"
    assert_equal({ 'text' => text }, JSON.parse(echo({ text: text })['arguments']))
  end

  def test_a_selection_becomes_a_tree
    tree = { 'a' => {}, 'b' => { 'c' => { 'd' => {} }, 'ü' => {} }, '__typename' => {} }
    assert_equal ['a', 'b', ['c', ['d'], 'ü'], '__typename'], echo(tree: tree)['selection']
  end

  ORIGIN = { 'actorKind' => 0, 'sourceType' => 0, 'organizationId' => nil, 'clientAddress' => nil, 'userAgent' => nil,
             'idempotencyKey' => nil }.freeze

  def test_every_member_of_a_request
    actor = Gql::Actor.new("äda\0", [Gql::Grant.new(nil, 15), Gql::Grant.new('acme', 1)], Gql::Abi::ACTOR_INTEGRATION)
    deadline = Gql::Request.now + 1_000_000_000
    request = Gql::Request.new(actor: actor, source: Gql::Abi::SOURCE_HTTP, source_type: Gql::Abi::SOURCE_TYPE_API, trace_id: 'a' * 32,
                               locale: 'de-AT', occurrence: 'urn:x', deadline: deadline, organization_id: "ac\0me",
                               client_address: '::1', user_agent: 'Tööl/1', idempotency_key: 'key')
    seen = echo(request: request, tree: {}).except('arguments', 'parent', 'selection')
    origin = { 'actorKind' => 2, 'sourceType' => 3, 'organizationId' => "ac\0me", 'clientAddress' => '::1', 'userAgent' => 'Tööl/1',
               'idempotencyKey' => 'key' }
    assert_equal({ 'actor' => "äda\0", 'grants' => [[nil, 15], ['acme', 1]], 'traceId' => 'a' * 32, 'locale' => 'de-AT',
                   'occurrence' => 'urn:x', 'source' => 1, 'deadline' => deadline, 'origin' => origin }, seen)
  end

  def test_an_empty_request
    seen = echo
    assert_equal({ 'arguments' => '{}', 'parent' => nil, 'selection' => nil, 'actor' => nil, 'grants' => [], 'traceId' => nil,
                   'locale' => nil, 'occurrence' => nil, 'source' => 0, 'deadline' => 0, 'origin' => ORIGIN }, seen)
  end

  def test_an_unknown_member_of_a_request_is_an_error
    assert_match(/instance/, assert_raises(ArgumentError) { Gql::Request.new(instance: 'urn:x') }.message)
  end

  def test_the_memory_of_a_call_survives_garbage_collection
    calls = Array.new(50) { |i| @loaded.start('late', { milliseconds: 50 + i }, request: Gql::Request.new, tree: { "x#{i}" => {} }) }
    20.times do
      GC.start
      Array.new(1000) { 'y' * 100 }
    end
    assert_equal (50...100).to_a, calls.map { |call| call.wait.json.to_i }
  end

  def test_completions_arrive_on_any_thread_during_other_calls
    values = Array.new(8) do |i|
      Thread.new { Array.new(20) { |n| value('late', { milliseconds: (i + n) % 7 }) == (i + n) % 7 } }
    end
    assert(values.flat_map(&:value).all?)
    assert_empty misuses
  end

  def test_a_second_completion_is_dropped
    assert_equal 1, value('twice')
    assert_equal({ 'stale-reply' => 1 }, misuses)
    assert_equal 5, value('twiceLate', { milliseconds: 5 })
    @loaded.instance.drain
    assert_equal({ 'stale-reply' => 3 }, misuses)
    assert_equal [1, 'a plugin broke the contract: stale-reply, 1 times so far', nil], @loaded.lines.first
  end

  def test_handles_that_never_existed
    assert_equal 1, value('unknownHandle')
    assert_equal({ 'stale-reply' => 2 }, misuses)
  end

  def test_calls_that_are_not_completed_get_an_answer
    { 'never' => ['not-completed', /did not complete/], 'refuses' => [nil, /did not accept the call/],
      'wrongCode' => ['return-code', /did not accept the call/], 'overruns' => ['overrun', /beyond its reply/],
      'noError' => ['bad-error', /no reason/] }.each do |field, (misuse, message)|
      answer = @loaded.start(field).wait
      assert_equal 'INTERNAL_ERROR', answer.code, field
      assert_match message, answer.message, field
      assert_equal 1, misuses[misuse], field if misuse
    end
  end

  def test_an_unknown_code_of_a_later_version_is_no_misuse
    answer = @loaded.start('newCode').wait
    assert_equal 'INTERNAL_ERROR', answer.code
    assert_empty misuses
  end

  def test_errors_inside_a_value
    answer = @loaded.start('partial').wait
    locked = { message: 'It is locked', extensions: { 'code' => 'PERMISSION_DENIED', 'status' => 403 } }
    assert_equal [['items', 1], ['strict', 0], %w[note deep], ['other']].map { |path| locked.merge(path: path) }, answer.errors
    assert_equal [], @loaded.start('loads').wait.errors
    assert_empty misuses
  end

  def test_wrong_errors_are_refused_and_counted
    assert_equal 11, value('badErrors')
    assert_equal({ 'bad-error' => 11 }, misuses)
  end

  def test_errors_are_limited
    assert_equal Gql::Abi::E_LIMIT, value('endlessErrors')
  end

  # A call is under way until it has been completed and the plugin's function has returned.
  def test_an_instance_is_not_destroyed_during_a_call
    completed = Queue.new
    other = Loaded.new(UNRULY)
    thread = Thread.new { other.start('lingers').tap { completed << true } }
    sleep 0.1
    assert_equal 1, other.runtime.pending
    assert_empty completed
    other.close
    assert_empty other.lines
    assert_equal 0, other.runtime.pending
    assert_equal 'true', thread.value.wait.json
  end

  def test_an_inline_answer_with_the_wrong_return_counts
    assert_equal 1, value('notPending')
    assert_equal({ 'return-code' => 1 }, misuses)
  end

  def test_a_reply_grows_to_its_limit_only
    assert_equal 1 << 20, value('tooLarge')
    assert_empty misuses
  end

  def test_the_host_can_provide_the_clock
    assert_equal NOW % 1_000_000, value('clock')
  end

  def test_by_default_there_is_no_clock
    plain = Loaded.new(UNRULY)
    assert_equal 'null', plain.start('clock').wait.json
    plain.close
  end

  def test_cancelling
    request = Gql::Request.new(trace_id: 'b' * 32)
    call = @loaded.start('cancelled', { milliseconds: 5000 }, request: request)
    assert_nil call.answer
    request.cancel
    assert_operator call.wait.json.to_i, :<, 5000
    assert_equal [[2, 'was cancelled', 'b' * 32]], @loaded.lines
  end

  def test_waiting_ends_at_a_deadline_and_the_call_goes_on
    call = @loaded.start('late', { milliseconds: 300 })
    ticks = 0
    assert_nil(call.wait(Gql::Request.now + 150_000_000) { ticks += 1 })
    assert_operator ticks, :>=, 2
    assert_equal 1, @loaded.runtime.pending
    assert_equal '300', call.wait.json
  end

  def test_drain_completes_calls_under_way_and_rejects_later_ones
    calls = Array.new(5) { @loaded.start('late', { milliseconds: 100 }) }
    @loaded.instance.drain
    assert_equal ['100'] * 5, calls.map { |call| call.answer&.json }
    assert_equal 'SERVICE_UNAVAILABLE', @loaded.start('late', { milliseconds: 1 }).wait.code
  end

  def test_an_exception_does_not_unwind_into_the_plugin
    failing = Loaded.new(UNRULY, clock: -> { raise 'the clock is broken' })
    _, said = capture_io { assert_equal '0', failing.start('clock').wait.json }
    assert_match(/the clock is broken/, said)
    failing.close
  end
end
