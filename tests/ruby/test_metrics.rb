# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'gateway/prometheus'
require 'gql/metrics'
require 'socket'
require_relative 'server_process'

# What is written for Prometheus, and how the metrics of instances are added up.
class TestMetrics < Minitest::Test
  def written(kind, points, **more)
    Gateway::Prometheus.write([{ 'name' => 'a.b', 'kind' => kind, 'unit' => '1', 'description' => 'D', 'points' => points }.merge(more.transform_keys(&:to_s))])
  end

  def point(value, attributes = {})
    { 'attributes' => attributes, 'value' => value }
  end

  def test_kinds_and_units_have_the_names_of_prometheus
    assert_equal "# HELP a_b_total D\n# TYPE a_b_total counter\na_b_total 3\n", written('counter', [point(3)])
    assert_equal "# HELP a_b_seconds_total D\n# TYPE a_b_seconds_total counter\n", written('counter', [], unit: 's')
    assert_equal "# HELP a_b_bytes D\n# TYPE a_b_bytes gauge\na_b_bytes -1\n", written('updowncounter', [point(-1)], unit: 'By')
    assert_equal "# HELP a_b D\n# TYPE a_b gauge\na_b 0.5\n", written('gauge', [point(0.5)], unit: '{key}')
  end

  def test_texts_forge_neither_a_label_nor_a_line
    text = written('gauge', [point(1, 'c.d' => "\"} 9\nx\\n")], description: "a\\\nb\"")
    assert_equal "# HELP a_b a\\\\\\nb\"\n# TYPE a_b gauge\na_b{c_d=\"\\\"} 9\\nx\\\\n\"} 1\n", text
  end

  def test_buckets_hold_those_below_them
    histogram = { 'attributes' => { 'c' => 'd' }, 'count' => 6, 'sum' => 2.5, 'buckets' => [1, 2, 3] }
    assert_equal ['a_b_bucket{c="d",le="0.1"} 1', 'a_b_bucket{c="d",le="5"} 3', 'a_b_bucket{c="d",le="+Inf"} 6', 'a_b_sum{c="d"} 2.5', 'a_b_count{c="d"} 6'],
                 written('histogram', [histogram], bounds: [0.1, 5]).lines(chomp: true).drop(2)
  end

  # Adds up two lists with one metric, and returns its points.
  def added(kind, *points, **more)
    sums = Gql::Metrics::Sums.new
    points.each { |own| sums.add([{ 'name' => 'a', 'kind' => kind, 'points' => own }.merge(more.transform_keys(&:to_s))]) }
    sums.list.first['points']
  end

  def test_instances_are_added_up_by_their_attributes
    one, two = { 'x' => '1', 'y' => '2' }, { 'y' => '2', 'x' => '1' }
    %w[counter updowncounter].each { |kind| assert_equal [point(5, one), point(7)], added(kind, [point(2, one)], [point(7), point(3, two)]) }
    assert_equal [point(3)], added('gauge', [point(2)], [point(3)], [point(1)])
    assert_equal [point(-4)], added('gauge', [point(2)], [point(-4)], [point(1)], worst: 'lowest')
    histogram = ->(count, sum, *buckets) { { 'attributes' => {}, 'count' => count, 'sum' => sum, 'buckets' => buckets } }
    assert_equal [histogram[5, 3.5, 3, 2]], added('histogram', [histogram[2, 1, 1, 1]], [histogram[3, 2.5, 2, 1]])
  end

  def test_metrics_that_cannot_be_read_are_a_failure
    assert_raises(RuntimeError) { Gql::Metrics.take { Gql::Abi::E_NO_MEMORY } }
    assert_equal [], Gql::Metrics.take { Gql::Abi::OK }
  end
end

# The address for those who watch the server.
class TestMetricsServer < Minitest::Test
  CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "a secret title" }) { integration { id } } }'
  PAGE = File.read(File.join(ROOT, 'plugin/metrics.md'))

  def setup
    @sandbox = Sandbox.new(PLUGIN, UNRULY)
  end

  def teardown
    @server&.stop('KILL')
    @sandbox.remove
  end

  def start(metrics = {})
    @server = @sandbox.start do |config|
      config['metrics'] = { 'port' => 0 }.merge(metrics)
      yield(config) if block_given?
    end
    assert @server.uri, @server.log
    @watch = URI(@server.log[%r{metrics at (http:\S+)/metrics$}, 1])
  end

  def get(path, of = @watch)
    Net::HTTP.get_response(of + path)
  end

  def values
    get('/metrics').body.lines.grep(/\A\w/).to_h { |line| line.match(/\A(.*) (\S+)$/).captures }
  end

  # What the page has of these sections, as a scrape begins it.
  def families_of_page(*sections)
    sections.flat_map do |section|
      PAGE[/<!-- metrics: #{section} -->\n(.*?)\n\n/m, 1].scan(/^\| `([\w.]+)` \| (\w+) \| `(.+?)` \| .* \| (.+) \|$/).map do |name, kind, unit, description|
        full = "#{name.tr('.', '_')}#{{ 's' => '_seconds', 'By' => '_bytes' }[unit]}#{'_total' if kind == 'counter'}"
        "# HELP #{full} #{description}\n# TYPE #{full} #{kind == 'updowncounter' ? 'gauge' : kind}\n"
      end
    end
  end

  def test_every_metric_of_the_plugin_and_what_was_counted_is_served
    start
    3.times { @server.data(CREATE, of: 'acme') }
    @server.query('{ never twice }')
    answer = get('/metrics')
    assert_equal ['200', 'text/plain; version=0.0.4; charset=utf-8'], [answer.code, answer['content-type']]
    files = families_of_page('host').grep(/graphql_host_plugin/) # Only the host library counts them.
    assert_equal 2, files.size
    assert_equal (families_of_page('process', 'instance', 'host') - files).sort, answer.body.scan(/^# HELP (?:graphql|db)_.*\n# TYPE .*\n/).sort
    create = "graphql_plugin_id=\"#{PLUGIN_ID}\",graphql_field=\"Mutation.integrationCreate\""
    expected = { "graphql_plugin_call_duration_seconds_count{#{create}}" => '3', "graphql_plugin_call_duration_seconds_bucket{#{create},le=\"+Inf\"}" => '3',
                 "graphql_plugin_health{graphql_plugin_id=\"#{PLUGIN_ID}\"}" => '0', 'graphql_host_calls' => '0',
                 'graphql_host_misuses_total{error_type="not-completed"}' => '1', 'graphql_host_misuses_total{error_type="stale-reply"}' => '1',
                 'graphql_host_misuses_total{error_type="overrun"}' => '0' }
    assert_equal expected, values.slice(*expected.keys)
    %w[process_cpu_seconds_total process_resident_memory_bytes process_start_time_seconds process_open_fds].each { |name| assert_operator values[name].to_f, :>, 0, name }
    ['secret title', 'acme', @sandbox.folder].each { |secret| refute_includes answer.body, secret }
  end

  def test_the_address_has_nothing_else_and_the_api_has_no_metrics
    start
    %w[/ /graphql /status].each { |path| assert_equal '404', get(path).code, path }
    assert_equal '404', Net::HTTP.post(@watch + '/metrics', '').code
    assert_equal '404', get('/metrics', @server.uri).code
    port = @watch.port
    second = @sandbox.start { |config| config['metrics'] = { 'port' => port } }
    assert_equal 1, second.status.exitstatus
    assert_match(/gateway: Port #{port} of 127\.0\.0\.1 is in use: .* set another port$/, second.log)
    plain = @sandbox.start
    plain.stop
    refute_match(/metrics at/, plain.log)
  end

  def test_who_watches_gets_the_reason_of_a_failure_and_others_only_the_word
    start
    codes = -> { [@server.uri, @watch].product(%w[/health/live /health/ready]).map { |of, path| get(path, of).code } }
    assert_equal %w[200 200 200 200], codes.call
    database = @sandbox.path('integrations.db')
    File.rename(database, "#{database}.away")
    assert_equal %w[200 503 200 503], codes.call
    assert_equal '{"status":"failed"}', get('/health/ready', @server.uri).body
    state = JSON.parse(get('/health/ready').body)
    assert_equal ['failed', PLUGIN_ID], [state['status'], state.dig('plugins', 0, 'id')]
    assert_match(/moved, removed or replaced/, state.dig('plugins', 0, 'reason'))
    assert_equal '2', values["graphql_plugin_health{graphql_plugin_id=\"#{PLUGIN_ID}\"}"]
    File.rename("#{database}.away", database)
    assert_equal %w[200 200 200 200], codes.call
  end

  def test_a_server_that_stops_is_live_and_not_ready_until_the_requests_under_way_are_answered
    start
    body = JSON.generate(query: '{ cancelled(milliseconds: 20000) }')
    socket = TCPSocket.new(@server.uri.host, @server.uri.port)
    socket.write("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: #{body.bytesize}\r\n\r\n#{body}")
    500.times { values['graphql_host_calls'] == '1' ? break : sleep(0.02) }
    ended = Thread.new { @server.stop }
    500.times { get('/health/ready').code == '503' ? break : sleep(0.02) }
    assert_equal 'stopping', JSON.parse(get('/health/ready').body)['status']
    assert_equal '200', get('/health/live').code
    socket.close
    assert_equal 0, ended.value.exitstatus, @server.log
  end

  def test_instances_are_added_up_and_organizations_are_told_apart_up_to_the_number
    Dir.mkdir(@sandbox.path('tenants'))
    start('organizations' => 1) do |config|
      config['plugins']['instances'] = { 'plugins' => [PLUGIN_ID] }
      config['plugins']['settings'][PLUGIN_ID]['config']['database'] = { 'root' => @sandbox.path('tenants') }
    end
    %w[acme beta gamma].each { |organization| @server.data(CREATE, { of: organization }, 'x-organization' => organization) }
    sizes = values.select { |name, _| name.start_with?('graphql_plugin_database_size_bytes') && name.include?('file="database"') }
    assert_equal %w[_OTHER acme], sizes.keys.map { |name| name[/graphql_organization="(\w+)"/, 1] }.sort
    acme, other = sizes.values_at(*sizes.keys.sort_by { |name| name.include?('_OTHER') ? 1 : 0 }).map(&:to_i)
    assert_equal [true, acme * 2], [acme.positive?, other]
    assert_equal '3', values["graphql_plugin_databases{graphql_plugin_id=\"#{PLUGIN_ID}\",graphql_plugin_state=\"active\"}"]
    refute_match(/beta|gamma/, get('/metrics').body)
    assert_equal ['0', '0'], values.values_at('graphql_host_calls', 'graphql_host_misuses_total{error_type="late-write"}')
  end
end
