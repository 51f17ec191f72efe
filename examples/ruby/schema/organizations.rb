# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'
require 'securerandom'
require 'time'
require_relative '../gql/abi'

module Schema
  # The host says which organizations exist, before a plugin is asked to create something in one.
  class Organizations
    NAME = 'organizationId' # Of an argument or input field.
    ECHO_LIMIT = 64 # Bytes of a client's text that an error repeats.
    NOT_KNOWN = 'Whether the organization exists is not known now. Try again later'
    # The last part of the type, title and status (RFC 9457), as plugins have them.
    PROBLEMS = { 'NOT_FOUND' => ['not-found', 'Resource Not Found', 404],
                 'SERVICE_UNAVAILABLE' => ['service-unavailable', 'Service Unavailable', 503] }.freeze

    # `exists` takes an ID and the Exchange, and returns true or false; it has `timeout` seconds, less where the request's
    # deadline comes earlier. `type_base`: of errors. `log` takes (level, message, trace ID).
    def initialize(exists:, log:, timeout: 5, type_base: 'urn:gql-integrations:problem:')
      @exists = exists
      @log = log
      @timeout = timeout
      @type_base = type_base
    end

    # Raises NOT_FOUND if an organization that the arguments name does not exist, and SERVICE_UNAVAILABLE if the host can't
    # say. Where the actor may not create anything the host is not asked: the plugin rejects the call, and nobody learns which
    # exist. Each organization is asked for once in a request.
    def check(arguments, exchange)
      named_in(arguments).each do |id, field|
        next unless exchange.may_create_in?(id)

        verdicts = exchange.organizations
        verdicts[id] = ask(id, exchange) unless verdicts.key?(id)
        raise not_found(id, field, exchange) if verdicts[id] == false
        raise problem('SERVICE_UNAVAILABLE', NOT_KNOWN, exchange) if verdicts[id].nil?
      end
    end

    private

    # Returns [ID, dotted path] of each organization.
    def named_in(value, above = '')
      members = value.is_a?(Array) ? value.each_with_index.map { |member, index| [index, member] } : value.to_a
      members.flat_map do |name, member|
        field = "#{above}#{name}"
        next [[member, field]] if name == NAME && member.is_a?(String)

        member.is_a?(Hash) || member.is_a?(Array) ? named_in(member, "#{field}.") : []
      end
    end

    # Returns true, false, or nil if the host can't say in time.
    def ask(id, exchange)
      patience = [@timeout, exchange.seconds_left].compact.min
      thread = Thread.new do
        Thread.current.report_on_exception = false
        @exists.call(id, exchange)
      end
      raise "no answer within #{patience.round(3)} s" unless thread.join(patience)

      [true, false].include?(thread.value) ? thread.value : raise(TypeError, 'it must return true or false')
    rescue StandardError => e
      @log.call(Gql::Abi::LOG_ERROR, "organizations.exists failed for #{id}: #{e.message}", exchange.request.trace_id)
      nil
    ensure
      thread&.kill
    end

    def not_found(id, field, exchange)
      echo = id.bytesize <= ECHO_LIMIT ? { 'entityId' => id } : {}
      problem('NOT_FOUND', 'There is no such organization', exchange, { 'entityType' => 'Organization', **echo, 'field' => field })
    end

    def problem(code, detail, exchange, more = {})
      slug, title, status = PROBLEMS.fetch(code)
      occurrence = exchange.request.occurrence
      GraphQL::ExecutionError.new(detail, extensions: {
                                    'code' => code, 'type' => "#{@type_base}#{slug}", 'title' => title, 'status' => status,
                                    'detail' => detail, **(occurrence ? { 'instance' => occurrence } : {}),
                                    'traceId' => exchange.request.trace_id || SecureRandom.hex(16),
                                    'timestamp' => Time.now.utc.iso8601(3), **more
                                  })
    end
  end
end
