# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'socket'
require 'gateway/outbox'

# The outbox by itself, with sockets whose other end the test reads or does not read.
class TestOutbox < Minitest::Test
  ANSWER = ('0123456789abcdef' * (1 << 16)).b.freeze # 1 MiB: more than a socket takes.

  def setup
    @lines = []
    @sent = Queue.new
  end

  def teardown
    @outbox&.stop(0)
  end

  def outbox(**limits)
    @outbox = Gateway::Outbox.new(->(line) { @lines << line }, **limits)
  end

  # Returns the client's end of a socket whose other end the outbox has, once it has written to it, or cut it.
  def add(text = ANSWER)
    @near, far = UNIXSocket.pair
    near = @near
    @outbox.add(near, text) do
      @sent << near
      near.close
    end
    assert far.wait_readable(60)
    far
  end

  def whole?(socket)
    socket.read == ANSWER
  end

  # Waits until the outbox has closed its end of the latest socket.
  def wait_until_closed
    3000.times { @near.closed? ? break : sleep(0.02) }
    assert_predicate @near, :closed?
  end

  def test_an_answer_that_is_read_slowly_is_whole
    outbox
    socket = add
    text = String.new
    text << socket.readpartial(5000) until text.bytesize == ANSWER.bytesize
    assert_equal ANSWER, text
    assert @sent.pop
  end

  def test_beyond_the_number_of_answers_the_stalest_is_cut
    outbox(answers: 3)
    first, second, third = Array.new(3) { add }
    first.read(ANSWER.bytesize / 2) # More than the socket held: the outbox has written to it again.
    fourth = add
    refute whole?(second)
    [third, fourth].each { |socket| assert whole?(socket) }
    assert_equal ANSWER.bytesize / 2, first.read.bytesize
  end

  def test_beyond_the_bytes_the_stalest_is_cut
    outbox(bytes: ANSWER.bytesize * 5 / 2)
    first, *others = Array.new(3) { add }
    refute whole?(first)
    others.each { |socket| assert whole?(socket) }
  end

  def test_an_answer_beyond_the_bytes_alone_does_not_displace_others
    outbox(bytes: ANSWER.bytesize)
    small = add
    large = add(ANSWER + ANSWER)
    assert_empty large.read
    assert whole?(small)
  end

  def test_a_client_has_limited_time
    outbox(patience: 0.02)
    2.times do
      socket = add
      wait_until_closed
      refute whole?(socket)
    end
  end

  def test_cuts_are_logged_once_a_minute_and_the_rest_at_the_end
    outbox(patience: 0)
    4.times { add.read }
    @outbox.stop(10)
    assert_equal 2, @lines.size, @lines
    assert_equal 4, @lines.sum { |line| Integer(line[/too slowly: (\d+)\./, 1]) }
  end

  def test_a_client_that_disconnects_is_forgotten
    outbox(answers: 1)
    add.close
    wait_until_closed
    assert whole?(add)
    @outbox.stop(10)
    assert_empty @lines
  end

  def test_stop_lets_clients_read_on_and_then_closes
    outbox
    quick = add
    reader = Thread.new { whole?(quick) }
    @outbox.stop(60)
    assert reader.value
    outbox
    slow = add
    @outbox.stop(0)
    refute whole?(slow)
    assert_match(/too slowly: 1\./, @lines.join)
    assert_raises(ClosedQueueError) { add }
  end
end
