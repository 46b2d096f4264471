using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>No secret of a plugin leaves the host in the message of a span.</summary>
public sealed class SpanSecretsTests
{
    [Fact]
    public void What_a_failed_plugin_was_given_is_recognized_in_its_message_and_in_that_of_its_call()
    {
        var secrets = new SpanSecrets(["from-the-settings"]);

        secrets.Learn(new PluginRequest
        {
            Path = "/opt/cni/bin/cloud",
            PluginType = "cloud",
            Operation = CniOperation.Add,
            NetworkName = "pods",
            ContainerId = "c1",
            Stdin = """{"type":"cloud","ipam":{"apiKey":"of-the-conflist"}}"""u8.ToArray(),
            Environment = [new("CNI_ARGS", "K8S_POD_NAME=web;API_TOKEN=of-the-container")],
            Deadline = TimeSpan.FromSeconds(1),
            TerminationGrace = TimeSpan.FromSeconds(1),
        });

        secrets.RemoveFrom("web: of-the-conflist, of-the-container and from-the-settings do not fit")
            .Should().Be("web: (redacted), (redacted) and (redacted) do not fit");
    }
}
