# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # Writes what sockets do not take at once, so that a client that reads slowly occupies no thread of the
  # server. `add` and `stop` may be called from any thread; all else happens on the outbox's own thread.
  class Outbox
    # `bytes` and `answers` limit what waits together. Beyond them the answers are cut whose clients have read
    # nothing for the longest time. `patience`: seconds that a client has for its answer.
    LIMITS = { bytes: 64 << 20, answers: 1024, patience: 120 }.freeze
    QUIET = 60 # Seconds between two lines of the log.

    Answer = ::Struct.new(:rest, :bytes, :deadline, :sent) # The memory of `rest` stays that of all `bytes`.

    # `log` takes a message for the operator.
    def initialize(log, bytes: LIMITS[:bytes], answers: LIMITS[:answers], patience: LIMITS[:patience])
      @log = log
      @most_bytes = bytes
      @most_answers = answers
      @patience = patience
      @waiting = {} # Answers by socket. The first has waited longest since its client read something.
      @arrivals = Queue.new
      @wakeup, @alarm = IO.pipe
      @cut = 0 # Since `@told`, when the log had a line.
      @told = now - QUIET
      @thread = Thread.new { run }
    end

    # Takes over the socket. Calls the block when `rest`, a binary string, is written; closes the socket if
    # that fails. Raises ClosedQueueError after `stop`.
    def add(socket, rest, &sent)
      @arrivals << [socket, Answer.new(rest, rest.bytesize, now + @patience, sent)]
      wake
    end

    # Closes the sockets whose answers are not read within so many seconds.
    def stop(seconds)
      @arrivals.close
      wake
      @thread.join(seconds) || @thread.kill.join
      admit until @arrivals.empty?
      cut(*@waiting.keys)
      tell if @cut.positive?
    end

    private

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    def wake
      @alarm.write_nonblock('.', exception: false) # A full pipe wakes, too.
    end

    def run
      until @arrivals.closed? && @arrivals.empty? && @waiting.empty?
        _, writable = IO.select([@wakeup], @waiting.keys, nil, seconds_left)
        @wakeup.read_nonblock(4096, exception: false)
        writable&.each { |socket| write(socket) }
        admit until @arrivals.empty?
        cut(*overdue)
        tell if @cut.positive? && now >= @told + QUIET
      end
    end

    # Until something is to be done that no socket wakes for, or nil.
    def seconds_left
      first = [*@waiting.each_value.map(&:deadline), *(@told + QUIET if @cut.positive?)].min
      first && [first - now, 0].max
    end

    def overdue
      time = now
      @waiting.select { |_, answer| answer.deadline <= time }.keys
    end

    def admit
      socket, answer = @arrivals.pop
      @waiting[socket] = answer
      return cut(socket) if answer.bytes > @most_bytes

      cut(@waiting.first.first) while @waiting.size > @most_answers || @waiting.each_value.sum(&:bytes) > @most_bytes
    end

    def write(socket)
      written = socket.write_nonblock(@waiting[socket].rest, exception: false)
      return if written == :wait_writable

      answer = @waiting.delete(socket)
      answer.rest = answer.rest.byteslice(written..)
      answer.rest.empty? ? answer.sent.call : @waiting[socket] = answer
    rescue SystemCallError, IOError # The client disconnected.
      @waiting.delete(socket)
      socket.close
    end

    def cut(*sockets)
      sockets.each do |socket|
        @waiting.delete(socket)
        socket.close
      end
      @cut += sockets.size
    end

    def tell
      @log.call("answers that were cut, because their clients read too slowly: #{@cut}. At most #{@most_answers} answers with " \
                "#{@most_bytes} bytes wait, for #{@patience} s. Put a proxy in front that buffers answers, or limits clients")
      @cut = 0
      @told = now
    end
  end
end
