using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bridge.Samples.Presentation;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;
using Spectre.Console;

namespace Bridge.Samples.CrossRuntime;

/// <summary>The address of a container or pod as its runtime tells it and as the kernel inside it tells it.</summary>
internal sealed partial record Addresses(string Who, string Witness, string Told, string Kernel)
{
    private static readonly string[] ShowAddress = ["ip", "-o", "-4", "addr", "show", "eth0"];

    public bool Agree => Told == Kernel;

    public static async Task<Addresses> OfContainerAsync(TestHost host, string container, CancellationToken cancellationToken)
    {
        var inspect = (await host.DockerAsync(["inspect", container], cancellationToken)).EnsureSuccess();
        var inside = (await host.DockerAsync(["exec", container, .. ShowAddress], cancellationToken)).EnsureSuccess();
        var told = (string?)JsonNode.Parse(inspect.StandardOutput)![0]!["NetworkSettings"]!["Networks"]!["pods"]!["IPAddress"];
        return new Addresses($"container {container}", "docker inspect", told ?? "", Inet().Match(inside.StandardOutput).Groups[1].Value);
    }

    public static async Task<Addresses> OfPodAsync(Pod pod, CancellationToken cancellationToken)
    {
        var inside = (await pod.ExecAsync(ShowAddress, cancellationToken)).EnsureSuccess();
        return new Addresses($"pod {pod.Name}", "pod status", pod.Ip, Inet().Match(inside.StandardOutput).Groups[1].Value);
    }

    public static Table ToTable(IEnumerable<Addresses> all)
    {
        var table = new Table { Title = new TableTitle("Addresses") }.AddColumns("", "docker inspect", "pod status", "kernel inside", "agree");
        foreach (var one in all)
        {
            var isDocker = one.Witness == "docker inspect";
            table.AddRow(one.Who, isDocker ? one.Told : "-", isDocker ? "-" : one.Told, one.Kernel, ReachMatrix.Verdict(one.Agree));
        }

        return table;
    }

    [GeneratedRegex("inet ([0-9.]+)/")]
    private static partial Regex Inet();
}
