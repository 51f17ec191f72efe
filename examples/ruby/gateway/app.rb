# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'
require 'securerandom'
require_relative '../schema/exchange'
require_relative 'graphql_http'
require_relative 'limits'
require_relative 'tenant'

module Gateway
  # The Rack application.
  class App
    LOCAL_NAMES = /\A(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\z/
    TRACEPARENT = /\A(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?\z/
    # A client's header may have any length, so at most four subtags are taken (RFC 4647, section 3.4).
    LANGUAGE = /\A\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4})(?:-[A-Za-z0-9]{1,8})*\s*(?:[;,]|\z)/
    LONGEST_USER_AGENT = 512 # Bytes.
    # A string (RFC 8941, section 3.3.3), as the draft of the IETF demands, or the bare key that many clients send.
    KEY_STRING = /\A"((?:[ !\x23-\x5b\x5d-\x7e]|\\["\\])+)"\z/
    BARE_KEY = /\A[\x21\x23-\x2b\x2d-\x7e]+\z/
    LONGEST_KEY = 255
    LONGEST_MESSAGE = 300 # Characters of an error of a request that was not executed.
    MOST_ERRORS = 100
    MOST_LOCATIONS = 10

    # `log` takes (level, message, trace ID); `health` is a Health.
    def initialize(schema, authentication, config, log, health)
      @health = health
      @schema = schema
      @authentication = authentication
      @demo = config['authentication']['demo']
      @has_tenants = config['plugins'].key?('instances')
      @timeout = config['requestTimeoutMilliseconds'] * 1_000_000
      @log = log
    end

    def call(env)
      media_type = GraphqlHttp::JSON_TYPE
      health = @health.answer(env['PATH_INFO'])
      return health if health

      check_route(env)
      media_type = GraphqlHttp.media_type(env['HTTP_ACCEPT'])
      exchange = exchange_of(env)
      GraphqlHttp.response(shorten(answer(GraphqlHttp.parameters(env), exchange)), media_type)
    rescue Rejection => e
      reject(e, media_type)
    rescue StandardError, SystemStackError => e
      @log.call(Gql::Abi::LOG_ERROR, "request failed: #{e.full_message(highlight: false)}", exchange&.request&.trace_id)
      reject(Rejection.new(500, 'Internal error'), media_type)
    end

    # Logs the exception of a resolver. The client learns only the trace ID, to find it in the log.
    def self.failure(error, context, log)
      return error if error.is_a?(GraphQL::ExecutionError)

      trace_id = context[:exchange].request.trace_id
      log.call(Gql::Abi::LOG_ERROR, "a field failed: #{error.full_message(highlight: false)}", trace_id)
      GraphQL::ExecutionError.new('Internal error',
                                  extensions: { 'code' => 'INTERNAL_ERROR', 'status' => 500, 'traceId' => trace_id })
    end

    private

    # A message may quote a header, which can hold any bytes.
    def reject(rejection, media_type)
      message = rejection.message.dup.force_encoding(Encoding::UTF_8).scrub
      body = JSON.generate(errors: [{ message: message, extensions: { code: rejection.code, status: rejection.status } }])
      [rejection.status, { 'content-type' => "#{media_type}; charset=utf-8" }.merge(rejection.headers), [body]]
    end

    # Protects a demo that needs no token from pages of other sites, which could reach it by a DNS name that
    # resolves to the loopback address, or by a form.
    def check_local(host, origin)
      raise Rejection.new(403, 'The demo answers only under a loopback name') unless LOCAL_NAMES.match?(host.to_s)
      return if origin.nil? || LOCAL_NAMES.match?(origin.sub(%r{\Ahttps?://}, ''))

      raise Rejection.new(403, "The demo does not answer pages of #{origin}")
    end

    def check_route(env)
      check_local(env['HTTP_HOST'], env['HTTP_ORIGIN']) if @demo
      raise Rejection.new(404, 'The only path is /graphql') unless env['PATH_INFO'] == '/graphql'
      raise Rejection.new(405, 'The method must be POST', 'allow' => 'POST') unless env['REQUEST_METHOD'] == 'POST'
    end

    def exchange_of(env)
      actor = @authentication.actor(env['HTTP_AUTHORIZATION'])
      request = Gql::Request.new(actor: actor, deadline: @timeout.positive? ? Gql::Request.now + @timeout : nil, **description_of(env, actor))
      Schema::Exchange.new(actor, request, -> { gone?(env['puma.socket']) })
    end

    # Browsers send Origin with every POST.
    def source_type(env, actor)
      return Gql::Abi::SOURCE_TYPE_WEB if env.key?('HTTP_ORIGIN')

      actor&.kind == Gql::Abi::ACTOR_INTEGRATION ? Gql::Abi::SOURCE_TYPE_INTEGRATION : Gql::Abi::SOURCE_TYPE_API
    end

    # What headers and connection say of a request.
    def description_of(env, actor)
      {
        source: Gql::Abi::SOURCE_HTTP,
        source_type: source_type(env, actor),
        trace_id: trace_id(env['HTTP_TRACEPARENT']) || SecureRandom.hex(16),
        locale: env['HTTP_ACCEPT_LANGUAGE'].to_s[LANGUAGE, 1], occurrence: "urn:uuid:#{SecureRandom.uuid}",
        client_address: env['REMOTE_ADDR']&.sub(/\A::ffff:(?=\d+\.)/i, ''),
        user_agent: text_of(env['HTTP_USER_AGENT']), idempotency_key: idempotency_key(env['HTTP_IDEMPOTENCY_KEY']),
        organization_id: @has_tenants ? Tenant.organization(env['HTTP_X_ORGANIZATION']) : nil
      }
    end

    # Returns the trace ID of the header traceparent (W3C Trace Context, sections 3.2 and 4), or nil. Only
    # versions after 00 may add parts.
    def trace_id(header)
      version, id, more = TRACEPARENT.match(header.to_s)&.captures
      id unless version == '00' && more
    end

    # Returns the beginning of a header as UTF-8. Its bytes are those of Latin-1 or UTF-8; the client decides.
    def text_of(header)
      header&.byteslice(0, LONGEST_USER_AGENT)&.force_encoding(Encoding::UTF_8)&.scrub('')
    end

    # A header that is no key is rejected: a mutation without its key could run twice.
    def idempotency_key(header)
      return if header.nil?

      key = header[KEY_STRING, 1]&.gsub(/\\(.)/, '\1') || header[BARE_KEY]
      return key if key && key.size <= LONGEST_KEY

      raise Rejection.new(400, "The header Idempotency-Key must hold one key of 1 to #{LONGEST_KEY} printable characters")
    end

    # Whether the client closed the connection. Bytes of a pipelined request are not consumed.
    def gone?(socket)
      socket&.recv_nonblock(1, Socket::MSG_PEEK)&.empty?
    rescue IO::WaitReadable
      false
    rescue SystemCallError, IOError
      true
    end

    def answer(parameters, exchange)
      excess = Limits.excess(parameters.query)
      return { 'errors' => [{ 'message' => excess, 'extensions' => { 'code' => 'VALIDATION_ERROR' } }] } if excess

      document = GraphQL.parse(parameters.query)
      @schema.execute(document, exchange, variables: parameters.variables, operation_name: parameters.operation_name)
    rescue GraphQL::ParseError => e
      { 'errors' => [e.to_h.reject { |_, value| value == [] }.merge('extensions' => { 'code' => 'GRAPHQL_PARSE_FAILED' })] }
    end

    # Shortens the errors of a request that was not executed: each may repeat what the client sent.
    def shorten(result)
      return result if result.key?('data')

      result.merge('errors' => result['errors'].first(MOST_ERRORS).map { |error| short(error) })
    end

    def short(error)
      message = error['message'].scrub
      message = "#{message[0, LONGEST_MESSAGE]}…" if message.size > LONGEST_MESSAGE
      code = error.dig('extensions', 'code')
      { 'message' => message, 'locations' => error['locations']&.first(MOST_LOCATIONS), 'extensions' => code && { 'code' => code } }.compact
    end
  end
end
