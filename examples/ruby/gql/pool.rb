# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'
require_relative 'call'
require_relative 'callbacks'
require_relative 'host_library'
require_relative 'instance'
require_relative 'metrics'
require_relative 'refused'
require_relative 'selection'

module Gql
  # An instance of one plugin for each key, in a pool of the host library (gql_pool). Stands for an Instance. The host
  # library takes the part of Runtime in its calls.
  class Pool
    include Callbacks

    SHUTTING_DOWN = Answer.new(code: Abi::CODE_SERVICE_UNAVAILABLE, message: 'The service is shutting down.', extensions: '{}').freeze
    TOO_MANY = Answer.new(code: Abi::CODE_SERVICE_UNAVAILABLE, message: 'Too many calls are under way.', extensions: '{}').freeze

    LONGEST_KEY = 1024 # Bytes of UTF-8.

    # Returns a key, or raises a TypeError that names it as `what`.
    def self.checked_key(key, what)
      return key if key.is_a?(String) && key.encoding == Encoding::UTF_8 && key.valid_encoding? && key.bytesize.between?(1, LONGEST_KEY)

      raise TypeError, "#{what} must be a text of 1 to #{LONGEST_KEY} bytes of UTF-8"
    end

    attr_reader :plugin

    # `library`: the plugin's, which stays open. `settings`: what its instances have in common. `key`, `config`: as for Instances.
    # The block, if there is one, takes the whole configuration of an instance and returns what `create` gets.
    def initialize(library, settings, key:, config:, max_idle:, &complete)
      @host = HostLibrary.shared
      @plugin = library.plugin
      @path = library.path
      @settings = settings
      @key = key
      @config = config
      @complete = complete || :itself.to_proc
      @calls = {} # Under way, by number: the pool's `user`.
      @last_number = 0
      @running = 0 # Functions of the pool.
      @mutex = Mutex.new
      @idle = ConditionVariable.new
      @on_answer = callback(:void, %i[pointer], nil) { |answer| take(HostLibrary::Answer.new(answer)) }
      open(library.runtime.identity, max_idle)
    end

    # As Instance#start, with the instance of the request's key.
    def start(resolver, request, arguments, parent: nil, tree: nil, response_name: nil)
      key = Pool.checked_key(@key.call(request), 'What instances.key returns')
      call = Call.new(request, arguments: arguments, parent: parent, selection: tree && Selection.of(tree), response_name: response_name)
      within { |pool| begin_call(pool, key, resolver, call) } || call.complete(SHUTTING_DOWN)
      call
    end

    # The number of calls that are not completed.
    def pending
      @mutex.synchronize { @calls.size }
    end

    # How the instances fare together: see Instance#health.
    def health
      reason = FFI::MemoryPointer.new(:char, Instance::LONGEST_REASON)
      status = within { |pool| @host.call(:gql_pool_health, pool, reason, Instance::LONGEST_REASON) } || Abi::HEALTH_OK
      [Abi::HEALTH.fetch(status), reason.get_string(0).force_encoding(Encoding::UTF_8).scrub]
    end

    # The metrics of the instances together. The organizations of the first instances are told apart, so many.
    def metrics(organizations)
      lists = within do |pool|
        Metrics.take { |taker| @host.call(:gql_pool_metrics, pool, [organizations, 1].min, taker.keyed_function, nil) }
      end
      sums = Metrics::Sums.new
      lists.to_a.each_with_index do |list, index|
        sums.add(list) { |own| index < organizations || !own.key?(Metrics::ORGANIZATION) ? own : own.merge(Metrics::ORGANIZATION => '_OTHER') }
      end
      sums.list
    end

    # Those of Runtime#metrics, of the host library.
    def host_metrics
      list = within { |_| Metrics.take { |taker| @host.call(:gql_runtime_metrics, @runtime.read_pointer, taker.function, nil) } }
      list.to_a.flatten(1).select { |metric| [Metrics::CALLS, Metrics::MISUSES].include?(metric['name']) }
    end

    # Returns what gql_pool_list_keys tells of each key, in hashes.
    def list
      keys = FFI::MemoryPointer.new(:pointer)
      count = FFI::MemoryPointer.new(:size_t)
      within do |pool|
        raise NoMemoryError unless @host.call(:gql_pool_list_keys, pool, keys, count) == Abi::OK

        described(keys.read_pointer, count.read(:size_t))
      end || []
    ensure
      @host.call(:free, keys.read_pointer)
    end

    # `function`: gql_pool_suspend_key, gql_pool_resume_key or gql_pool_close_key.
    def change(function, key)
      within do |pool|
        raise NoMemoryError unless @host.call(function, pool, Abi.bytes(key), key.bytesize) == Abi::OK
      end
    end

    # Rejects the calls that wait, completes the others and destroys all instances.
    def close
      @mutex.synchronize do
        return if @closed

        @closed = true
        @idle.wait(@mutex) while @running.positive?
      end
      release
    end

    private

    # Places of pointers, as the functions that destroy them take.
    def open(identity, max_idle)
      @runtime, @code, @pool = Array.new(3) { FFI::MemoryPointer.new(:pointer) }
      create(:gql_runtime_create, runtime_options(**identity), @runtime)
      create(:gql_library_open, @runtime.read_pointer, Abi.bytes(@path), @code)
      give = callback(:int32, %i[pointer pointer size_t pointer pointer pointer], Abi::E_UNAVAILABLE) { |_, *rest| give_config(*rest) }
      options = HostLibrary::PoolOptions.new
      options[:config] = give
      options[:max_idle] = max_idle
      create(:gql_pool_create, @code.read_pointer, options, @pool)
    rescue Refused
      release
      raise
    end

    def create(function, *arguments)
      failure = Abi::Failure.make
      return if @host.call(function, *arguments, failure.pointer) == Abi::OK

      raise Refused.new(@path, failure[:message].to_s.force_encoding(Encoding::UTF_8).scrub)
    end

    def release
      @host.call(:gql_pool_destroy, @pool)
      @host.call(:gql_library_close, @code, false)
      @host.call(:gql_runtime_destroy, @runtime)
    end

    def runtime_options(name:, version:, log:, log_level:)
      options = HostLibrary::RuntimeOptions.new
      @texts = [name, version].map { |text| Abi.bytes(text) }
      options[:name], options[:version] = @texts
      options[:log] = log_callback(log, log_level) if log
      options[:log_level] = log_level
      options
    end

    # Yields the pool, which is not destroyed meanwhile. Returns nil once it is closed.
    def within
      @mutex.synchronize do
        return if @closed

        @running += 1
      end
      begin
        yield @pool.read_pointer
      ensure
        @mutex.synchronize { @idle.broadcast if (@running -= 1).zero? }
      end
    end

    def begin_call(pool, key, resolver, call)
      number = @mutex.synchronize { (@last_number += 1).tap { |new| @calls[new] = call } }
      code = @host.call(:gql_pool_call, pool, Abi.bytes(key), key.bytesize, resolver.function, call.pointer, @on_answer, FFI::Pointer.new(number))
      return true unless code.negative?

      @mutex.synchronize { @calls.delete(number) }
      call.complete(code == Abi::E_MISUSE ? Answer.internal_error('The host could not make the call.') : TOO_MANY)
      true
    end

    # Must complete the call whatever happens, because a thread waits for it.
    def take(answer)
      call = @mutex.synchronize { @calls.delete(answer[:user].address) }
      call.complete(answer_of(answer))
    ensure
      @host.call(:gql_answer_release, answer.pointer)
    end

    def answer_of(answer)
      return Answer.new(json: answer.text(:json), errors: errors_of(answer)) if answer[:resolved]

      Answer.new(code: answer[:code].read_string, message: answer.text(:message).scrub, extensions: answer.text(:extensions))
    rescue StandardError, NoMemoryError => e
      warn("an answer was lost: #{e.full_message(highlight: false)}")
      Answer.internal_error('The host could not take the answer.')
    end

    def errors_of(answer)
      JSON.parse(answer.text(:errors), symbolize_names: true).map { |error| error.merge(extensions: error[:extensions].transform_keys(&:to_s)) }
    end

    def give_config(key, key_size, ret_config, ret_size, failure)
      own = @config.call(key.read_bytes(key_size).force_encoding(Encoding::UTF_8))
      raise TypeError, 'instances.config must return a hash' unless own.is_a?(Hash)

      text = JSON.generate(@complete.call(@settings.merge(own.transform_keys(&:to_s))))
      ret_config.write_pointer(@host.call(:malloc, text.bytesize).put_bytes(0, text))
      ret_size.write(:size_t, text.bytesize)
      Abi::OK
    rescue StandardError => e
      place = Abi::Failure.new(failure)[:message].to_ptr
      place.put_string(0, e.message.b.delete("\0")[0, place.size - 1])
      Abi::E_CONFIG
    end

    def described(keys, count)
      Array.new(count) do |index|
        entry = HostLibrary::PoolKey.new(keys + index * HostLibrary::PoolKey.size)
        failure = entry[:failure].read_string.force_encoding(Encoding::UTF_8)
        { key: entry[:key].read_bytes(entry[:key_size]).force_encoding(Encoding::UTF_8),
          state: @host.call(:gql_pool_state_name, entry[:state]), calls: entry[:calls], waiting: entry[:waiting],
          failure: failure.empty? ? nil : failure }
      end
    end
  end
end
