# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'server_process'
require_relative 'slow_reader'
require 'gateway/limited_client'
require 'gateway/unblocked_server'

# Clients that read or send slowly, against the server's parts in this process, and against the server.
class TestSlowClients < Minitest::Test
  LARGE = 'x' * 200_000
  APP = ->(env) { [200, { 'content-type' => 'text/plain' }, [env['PATH_INFO'] == '/large' ? LARGE : 'y' * 1000]] }
  THREADS = 2

  # Yields the port of a server with few threads.
  def serve
    outbox = Gateway::Outbox.new(->(line) { flunk line })
    server = Gateway::UnblockedServer.new(APP, outbox, min_threads: 1, max_threads: THREADS, max_fast_inline: Float::INFINITY)
    port = server.add_tcp_listener('127.0.0.1', 0).local_address.ip_port
    server.run
    yield port
  ensure
    server.stop(true)
    outbox.stop(SlowReader::PATIENCE)
  end

  def slow(port, count, *request, **options)
    Array.new(count) { SlowReader.new(port).get(*request, **options) }.each(&:wait)
  end

  def test_slow_readers_hold_no_thread
    serve do |port|
      readers = slow(port, THREADS * 3, '/large')
      assert_equal 'y' * 1000, SlowReader.new(port).get('/').read
      readers.each { |reader| assert_equal LARGE, reader.read }
      # The connections are kept.
      readers.each { |reader| assert_equal LARGE, reader.get('/large').read }
    end
  end

  def test_a_request_that_arrived_while_the_answer_waited_is_answered
    serve do |port|
      reader = slow(port, 1, '/large').first.get('/').get('/large')
      assert_equal [LARGE, 'y' * 1000, LARGE], Array.new(3) { reader.read }
    end
  end

  def test_connections_that_are_not_kept_are_closed_after_the_answer
    serve do |port|
      readers = slow(port, 2, '/large', "connection: close\r\n") + slow(port, 2, '/large', version: '1.0')
      assert_equal 'y' * 1000, SlowReader.new(port).get('/').read
      readers.each { |reader| assert reader.read_all.end_with?("\r\n\r\n#{LARGE}") }
    end
  end

  # Small answers fill a socket, too.
  def test_pipelined_requests_hold_no_thread
    serve do |port|
      readers = slow(port, THREADS * 2, '/')
      readers.each { |reader| 200.times { reader.get('/') } }
      assert_equal 'y' * 1000, SlowReader.new(port).get('/').read
      readers.each { |reader| assert_equal ['y' * 1000] * 201, Array.new(201) { reader.read } }
    end
  end

  # A connection of which the test has the client's end.
  def connection
    near, far = UNIXSocket.pair
    [Puma::Client.new(near, {}), near, far]
  end

  def receive(client, far, part)
    far.write(part)
    client.try_to_finish.tap { client.set_timeout(30) }
  end

  def test_the_parts_of_a_request_have_its_time_together
    client, _, far = connection
    client.set_timeout(30)
    idle = client.timeout_at
    2.times do
      deadlines = ['POST / HTTP/1.1', "\r\nhost: a\r\nconte", "nt-length: 3\r\n\r\n", 'a', 'b'].map do |part|
        refute receive(client, far, part)
        client.timeout_at
      end
      assert_equal 1, deadlines.uniq.size
      assert_operator deadlines.first, :>, idle
      assert receive(client, far, 'c')
      client.reset(false)
      client.set_timeout(30)
      idle = client.timeout_at
      assert_operator idle, :>, deadlines.first
    end
  end

  def test_interim_responses_and_errors_do_not_wait
    Timeout.timeout(SlowReader::PATIENCE) do
      client, near, far = connection
      refute receive(client, far, "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
      assert_equal "HTTP/1.1 100 Continue\r\n\r\n", far.readpartial(100)
      client, near, far = connection
      nil while near.write_nonblock('x' * 1000, exception: false) != :wait_writable
      nil while near.write_nonblock('x', exception: false) != :wait_writable
      assert_raises(Puma::ConnectionError) do
        receive(client, far, "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
      end
      client.write_error(408)
    end
  end

  def test_the_gateway_answers_beside_more_slow_readers_than_threads
    sandbox = Sandbox.new(PLUGIN)
    server = sandbox.start
    ids = Array.new(100) { |i| "user:#{'漢' * 240}#{i}" }
    body = JSON.generate(query: 'query($i: [ID!]!) { nodes(ids: $i) { id a: id b: id } }', variables: { i: ids })
    readers = Array.new(66) { SlowReader.new(server.uri.port).post('/graphql', body) }.each(&:wait)
    assert_equal 'demo', server.data('{ me { id } }')['me']['id']
    readers.each { |reader| assert_equal ids, JSON.parse(reader.read)['data']['nodes'].map { |node| node['id'] } }
  ensure
    server&.stop
    sandbox&.remove
  end
end
