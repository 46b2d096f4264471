using System.Diagnostics;
using System.Text.Json.Nodes;
using CniInvoker.Tests.Clients;

namespace CniInvoker.Tests.Samples;

/// <summary>The sample as a user runs it; its records go into a separate file system.</summary>
public sealed class CniToolTests : ClientTest
{
    private static readonly string Program =
        Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "../../CniTool", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "cnitool"));

    [Fact]
    public void A_namespace_is_added_checked_and_deleted()
    {
        Plugins.With("first");
        Configure("pods", "first");

        var (status, output) = Run($"cnitool add pods {Netns} && cnitool check pods {Netns} && cnitool del pods {Netns}");

        status.Should().Be(0, output);
        JsonNode.Parse(output)!["ips"]![0]!["address"]!.GetValue<string>().Should().Be("10.1.0.2/16");
        Plugins.Runs.Should().Equal("ADD first", "CHECK first", "DEL first");
        Plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().BeTrue();
        var told = Plugins.Environment("first", "DEL");
        told["CNI_NETNS"].Should().Be(Netns);
        told["CNI_IFNAME"].Should().Be("eth0");
        told["CNI_CONTAINERID"].Should().MatchRegex("^cnitool-[0-9a-f]{20}$");
    }

    [Fact]
    public void A_failure_is_printed_as_an_error_object()
    {
        Plugins.With("first", add: ScriptedPlugins.Fail(101, "the pool is empty"));
        Configure("pods", "first");

        var (status, output) = Run($"cnitool add pods {Netns}");

        status.Should().Be(1);
        var error = JsonNode.Parse(output)!;
        error["code"]!.GetValue<uint>().Should().Be(101);
        error["msg"]!.GetValue<string>().Should().Be("the pool is empty");
        Plugins.Runs.Should().Equal("ADD first", "DEL first");
    }

    [Fact]
    public void An_unknown_command_prints_the_usage()
    {
        var (status, output) = Run("cnitool attach pods /run/netns/web");

        status.Should().Be(2);
        output.Should().Be("usage: cnitool add|check|del NETWORK NETNS\n");
    }

    private (int Status, string Output) Run(string script)
    {
        var start =
            new ProcessStartInfo(
                "unshare", ["--mount", "sh", "-c", $"mount -t tmpfs none /var/lib && cnitool() {{ '{Program}' \"$@\"; }} && {script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NETCONFPATH"] = Configurations;
        start.Environment["CNI_PATH"] = Plugins.Directory;
        start.Environment.Remove("CNI_IFNAME");
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync(Cancellation);
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        return (shell.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
