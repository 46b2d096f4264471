using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes.Links;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Docker;

public sealed class DockerEngineTests : IAsyncLifetime
{
    private const string NetworkId = "5f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f";

    private readonly ScriptedSocket _docker = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly DockerEngine _engine;

    public DockerEngineTests() => _engine = new DockerEngine(_docker.Path, _time);

    public async ValueTask InitializeAsync() => await _docker.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _docker.DisposeAsync();
    }

    [Fact]
    public async Task The_networks_of_one_driver_are_listed_with_their_options_and_IPAM_driver()
    {
        _docker.Answers["GET /networks"] = ScriptedSocket.Json($$"""
            [{"Name":"pods","Id":"{{NetworkId}}","Created":"2024-01-01T00:00:00.123456789Z","Scope":"local","Driver":"cni",
              "EnableIPv6":false,
              "IPAM":{"Driver":"cni","Options":{"cni.network":"pods"},"Config":[{"Subnet":"10.1.0.0/16"}] },"Internal":false,
                "Options":{"cni.network":"pods"},"Labels":{"a":"b"},"Containers":{} },
             {"Name":"bare","Id":"b","Driver":"cni","IPAM":{"Driver":"default"},"Options":null},
             {"Name":"bridge","Id":"c","Driver":"bridge","IPAM":{"Driver":"default"},"Options":{} }]
            """);

        var networks = await _engine.CniNetworksAsync("cni", Cancellation);

        networks.Should().BeEquivalentTo(new[]
        {
            new DockerNetwork(NetworkId, "pods", "cni", Named("pods"), "cni", Named("pods"),
                new Dictionary<string, string> { ["a"] = "b" }) { Pools = [("10.1.0.0/16", null)] },
            new DockerNetwork("b", "bare", "cni", None, "default", None, None),
        });
        _docker.Questions.Should().Equal("GET /networks?filters={\"driver\":{\"cni\":true}}");
    }

    [Fact]
    public async Task Addresses_that_this_IPAM_driver_gave_to_networks_of_other_drivers_are_found()
    {
        _docker.Answers["GET /networks"] = ScriptedSocket.Json("""
            [{"Name":"pods","Id":"a","Driver":"cni","IPAM":{"Driver":"cni"} },{"Name":"lan","Id":"b","Driver":"macvlan",
              "IPAM":{"Driver":"cni"} },
             {"Name":"bridge","Id":"c","Driver":"bridge","IPAM":{"Driver":"default"} },{"Name":"gone","Id":"d","Driver":"macvlan",
               "IPAM":{"Driver":"cni"} }]
            """);
        _docker.Answers["GET /networks/b"] = ScriptedSocket.Json("""
            {"Name":"lan","Id":"b","Containers":{"1":{"Name":"web","EndpointID":"e","IPv4Address":"10.1.0.5/16",
              "IPv6Address":"fd00::5/64"},"2":{"Name":"db","EndpointID":"f","IPv4Address":"","IPv6Address":""} } }
            """);
        _docker.Answers["GET /networks/d"] = ScriptedSocket.Json("""{"message":"network d not found"}""", 404);

        var addresses = await _engine.AddressesElsewhereAsync("cni", Cancellation);

        addresses.Should().BeEquivalentTo([IPAddress.Parse("10.1.0.5"), IPAddress.Parse("fd00::5")]);
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_request_was_cancelled_is_not_reported()
    {
        using var nobodyWaits = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _docker.Answers["GET /networks"] = (context, _) =>
        {
            nobodyWaits.Cancel();
            context.Abort();
            return Task.CompletedTask;
        };

        var ask = () => _engine.CniNetworksAsync("cni", nobodyWaits.Token);

        await ask.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_network_is_created_with_all_its_options()
    {
        _docker.Answers["POST /networks/create"] = ScriptedSocket.Json($$"""{"Id":"{{NetworkId}}","Warning":""}""", 201);
        _docker.Answers["GET /networks"] =
            ScriptedSocket.Json($$"""[{"Name":"pods","Id":"{{NetworkId}}","Driver":"cni"},{"Name":"bridge","Id":"c","Driver":"bridge"}]""");

        var id = await _engine.CreateNetworkAsync(Pods with { IPv6 = true, Internal = true }, Cancellation);

        id.Should().Be(NetworkId);
        JsonNode.DeepEquals(JsonNode.Parse(_docker.Bodies[0]), JsonNode.Parse("""
            {"Name":"pods","Driver":"cni","Scope":"","EnableIPv6":true,"Internal":true,"Attachable":false,"Ingress":false,
              "ConfigOnly":false,
             "IPAM":{"Driver":"cni","Options":{"cni.network":"pods"},"Config":[{"Subnet":"10.1.0.0/16","IPRange":"","Gateway":"10.1.0.1"},
               {"Subnet":"fd00::/64","IPRange":"","Gateway":""}]},
             "Options":{"cni.network":"pods"},"Labels":{"a":"b"} }
            """)).Should().BeTrue(_docker.Bodies[0]);
    }

    [Fact]
    public async Task A_network_without_IPv4_is_created_with_EnableIPv4_off()
    {
        _docker.Answers["POST /networks/create"] = ScriptedSocket.Json($$"""{"Id":"{{NetworkId}}"}""", 201);
        _docker.Answers["GET /networks"] = ScriptedSocket.Json("[]");

        await _engine.CreateNetworkAsync(Pods with { IPv4 = false, IPv6 = true }, Cancellation);

        ((bool?)JsonNode.Parse(_docker.Bodies[0])!["EnableIPv4"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_second_network_of_the_same_name_which_old_engines_create_is_removed()
    {
        _docker.Answers["POST /networks/create"] =
            ScriptedSocket.Json($$"""{"Id":"{{NetworkId}}","Warning":"Network with name pods (id : c) already exists"}""", 201);
        _docker.Answers["GET /networks"] =
            ScriptedSocket.Json($$"""[{"Name":"pods","Id":"c","Driver":"bridge"},{"Name":"pods","Id":"{{NetworkId}}","Driver":"cni"}]""");
        _docker.Answers[$"DELETE /networks/{NetworkId}"] = ScriptedSocket.Json("", 204);

        await FluentActions.Awaiting(() => _engine.CreateNetworkAsync(Pods, Cancellation))
            .Should().ThrowAsync<DockerRefusalException>().WithMessage(
                "Docker refused to create network pods (HTTP 409): network with name pods already exists: c");
        _docker.Questions.Should().EndWith($"DELETE /networks/{NetworkId}");
    }

    [Fact]
    public async Task Creating_a_network_waits_for_a_slow_driver()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        _docker.Answers["GET /networks"] = ScriptedSocket.Json("[]");
        _docker.Answers["POST /networks/create"] = async (context, cancellationToken) =>
        {
            asked.SetResult();
            await answer.Task;
            await ScriptedSocket.Json($$"""{"Id":"{{NetworkId}}"}""", 201)(context, cancellationToken);
        };

        var creation = _engine.CreateNetworkAsync(Pods, Cancellation);
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(59));
        answer.SetResult();

        (await creation).Should().Be(NetworkId);
    }

    [Fact]
    public async Task A_missing_network_counts_as_removed_and_a_network_in_use_does_not()
    {
        _docker.Answers[$"DELETE /networks/{NetworkId}"] = ScriptedSocket.Json("""{"message":"network not found"}""", 404);
        _docker.Answers["DELETE /networks/used"] = ScriptedSocket.Json("""{"message":"network pods has active endpoints"}""", 403);

        await _engine.RemoveNetworkAsync(NetworkId, Cancellation);

        await FluentActions.Awaiting(() => _engine.RemoveNetworkAsync("used", Cancellation))
            .Should().ThrowAsync<DockerRefusalException>().WithMessage("*active endpoints");
    }

    [Theory]
    [InlineData("""[]""", false)]
    [InlineData(
        """[{"Id":"1","HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"bridge":{"NetworkID":"c"} } } }]""", false)]
    [InlineData("""[{"Id":"1","HostConfig":{"NetworkMode":"pods"},"NetworkSettings":{"Networks":{} } }]""", true)]
    [InlineData($$"""[{"Id":"1","HostConfig":{"NetworkMode":"{{NetworkId}}"},"NetworkSettings":{"Networks":null} }]""", true)]
    [InlineData(
        """[{"Id":"1","HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"bridge":{"NetworkID":"c"},"pods":""" +
        """{"NetworkID":""} } } }]""", true)]
    [InlineData(
        $$"""[{"Id":"1","HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"old-name":""" +
        $$"""{"NetworkID":"{{NetworkId}}"} } } }]""", true)]
    public async Task A_network_is_in_use_when_any_container_names_it_even_one_that_never_ran(string containers, bool used)
    {
        _docker.Answers["GET /containers/json"] = ScriptedSocket.Json(containers);

        (await _engine.IsInUseAsync(new DockerNetwork(NetworkId, "pods", "cni", None, "cni", None, None), Cancellation)).Should().Be(used);

        _docker.Questions.Should().Equal("GET /containers/json?all=1");
    }

    [Theory]
    [InlineData("1.41", false)]
    [InlineData("1.47", false)]
    [InlineData("1.48", true)]
    [InlineData("1.51", true)]
    public async Task Networks_without_IPv4_are_known_from_Docker_28_on(string api, bool known)
    {
        _docker.Answers["GET /version"] = ScriptedSocket.Json($$"""{"Version":"x","ApiVersion":"{{api}}"}""");

        (await _engine.VersionAsync(Cancellation)).HasIPv6Alone.Should().Be(known);
    }

    [Theory]
    [InlineData("29.8.0", true)]
    [InlineData("29.10.1-0ubuntu1", true)]
    [InlineData("30.0.0+dfsg1", true)]
    [InlineData("29.7.2", false)]
    [InlineData("29.8.0-rc.1", false)]
    [InlineData("20.10.24+dfsg1", false)]
    [InlineData("dev", false)]
    [InlineData("", false)]
    public async Task Docker_takes_the_name_of_an_interface_from_version_29_8_on(string version, bool takes)
    {
        _docker.Answers["GET /version"] = ScriptedSocket.Json($$"""{"Version":"{{version}}","ApiVersion":"1.55"}""");

        (await _engine.VersionAsync(Cancellation)).TakesInterfaceNames.Should().Be(takes);
    }

    [Fact]
    public async Task Endpoints_are_found_while_their_join_is_under_way_and_afterwards()
    {
        _docker.Answers[$"GET /networks/{NetworkId}"] = ScriptedSocket.Json($$$"""
            {"Name":"pods","Id":"{{{NetworkId}}}","Driver":"cni","Containers":{
              "ep-e1":{"Name":"joining","EndpointID":"e1","MacAddress":"","IPv4Address":"","IPv6Address":""},
              "c2":{"Name":"joined","EndpointID":"e2","MacAddress":"02:00:00:00:00:02","IPv4Address":"10.1.0.2/16","IPv6Address":""} } }
            """);

        var endpoints = await _engine.EndpointsAsync(NetworkId, Cancellation);

        endpoints.Should().BeEquivalentTo(new DockerNetworkEndpoints(NetworkId, "pods", new Dictionary<string, DockerContainer>
        {
            ["e1"] = new("joining", Id: null),
            ["e2"] = new("joined", "c2"),
        }));
    }

    [Fact]
    public async Task A_network_that_Docker_does_not_know_is_null_not_an_error()
    {
        _docker.Answers[$"GET /networks/{NetworkId}"] = ScriptedSocket.Json("""{"message":"network not found"}""", 404);

        (await _engine.EndpointsAsync(NetworkId, Cancellation)).Should().BeNull();
    }

    [Theory]
    [InlineData(500, """{"message":"the store is broken"}""", "Docker refused to list its networks (HTTP 500): the store is broken")]
    [InlineData(403, "<html>forbidden</html>", "Docker refused to list its networks (HTTP 403): <html>forbidden</html>")]
    [InlineData(200, "<html>", "Docker refused to list its networks (HTTP 200): its answer is not understood: *")]
    public async Task A_refusal_of_Docker_is_quoted(int status, string body, string message)
    {
        _docker.Answers["GET /networks"] = ScriptedSocket.Json(body, status);

        await FluentActions.Awaiting(() => _engine.CniNetworksAsync("cni", Cancellation)).Should().ThrowAsync<DockerRefusalException>()
            .WithMessage(message);
    }

    [Fact]
    public async Task With_a_missing_socket_Docker_is_unreachable()
    {
        using var nowhere = new DockerEngine("/nonexistent/docker.sock", _time);

        await FluentActions.Awaiting(() => nowhere.EndpointsAsync(NetworkId, Cancellation))
            .Should().ThrowAsync<DockerUnreachableException>().WithMessage("Docker at /nonexistent/docker.sock does not answer: *");
    }

    [Fact]
    public async Task A_Docker_that_hangs_is_unreachable_after_five_seconds()
    {
        var asked = new TaskCompletionSource();
        _docker.Answers["GET /networks"] = (context, cancellationToken) =>
        {
            asked.SetResult();
            return ScriptedSocket.Silence(context, cancellationToken);
        };

        var question = _engine.CniNetworksAsync("cni", Cancellation);
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        question.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.2));

        await FluentActions.Awaiting(() => question).Should().ThrowAsync<DockerUnreachableException>().WithMessage(
            "*no answer within 5 s when asked to list its networks");
    }

    [Fact]
    public async Task A_cancelled_request_does_not_make_Docker_unreachable()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _docker.Answers["GET /networks"] = async (context, cancellationToken) =>
        {
            await cancel.CancelAsync();
            await ScriptedSocket.Silence(context, cancellationToken);
        };

        await FluentActions.Awaiting(() => _engine.CniNetworksAsync("cni", cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    private static Dictionary<string, string> None => [];

    private static Dictionary<string, string> Named(string cniNetwork) => new() { ["cni.network"] = cniNetwork };

    private static NewNetwork Pods =>
        new("pods", "cni", Named("pods"), "cni", Named("pods"), new Dictionary<string, string> { ["a"] = "b" },
        [(IPNetwork.Parse("10.1.0.0/16"), IPAddress.Parse("10.1.0.1")), (IPNetwork.Parse("fd00::/64"), null)]);
}
