using System.Diagnostics;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Snippets;

/// <summary>The code of docs/cni-invoker.md that uses a client.</summary>
public static class Clients
{
    public static async Task AttachAsync(CancellationToken cancellationToken)
    {
        var client = new CniClient(new CniClientOptions());
        var attachment = new Attachment(containerId: "web-1", networkNamespace: "/run/netns/web", interfaceName: "eth0");

        var result = await client.AddAsync("pods", attachment, cancellationToken);
        Console.WriteLine(string.Join(", ", result.Ips.Select(ip => $"{ip.Address}/{ip.PrefixLength}")));

        await client.CheckAsync("pods", attachment, cancellationToken);
        await client.DeleteAsync("pods", attachment, cancellationToken);
    }

    public static CniClient Configured()
    {
        var client = new CniClient(new CniClientOptions
        {
            ConfigurationDirectory = "/etc/my-runtime/net.d",
            PluginDirectories = ["/opt/cni/bin"],
            StateDirectory = "/var/lib/my-runtime/cni",
            Deadlines = new CniDeadlines { Add = TimeSpan.FromMinutes(4) }, // dhcp may wait that long for a lease.
            DeletePolicy = new DeletePolicy { SkipMissingPlugins = true },
            Executor = new LoggingExecutor(new PluginProcess(TimeProvider.System), TextWriter.Synchronized(Console.Error)),
        });
        return client;
    }

    public static Attachment WithArguments()
    {
        var attachment = new Attachment(
            "web-1",
            "/run/netns/web",
            "eth0",
            arguments: [new("K8S_POD_NAMESPACE", "shop"), new("K8S_POD_NAME", "web")],
            capabilities: new JsonObject
            {
                ["portMappings"] = new JsonArray(new JsonObject { ["hostPort"] = 8080, ["containerPort"] = 80, ["protocol"] = "tcp" }),
            });
        return attachment;
    }

    public static async Task ReportAsync(CniClient client, Attachment attachment, TextWriter log, CancellationToken cancellationToken)
    {
        try
        {
            await client.AddAsync("pods", attachment, cancellationToken);
        }
        catch (CniException failure) when (failure is { IsTransient: true, CleanupFailure: null })
        {
            await log.WriteLineAsync($"Retry later: {failure.Message}");
        }
        catch (CniException failure)
        {
            await log.WriteLineAsync($"{failure.Plugin} failed {failure.Operation?.Verb()} with code {failure.Code}: {failure.Msg}");
            if (failure.CleanupFailure is not null)
                await log.WriteLineAsync("The clean-up failed too; the record stays until DEL succeeds.");
        }
    }

    public static async Task DeleteAsync(
        CniClient client, Attachment attachment, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause < TimeSpan.FromMinutes(1) ? pause * 2 : pause)
        {
            try
            {
                await client.DeleteAsync("pods", attachment, cancellationToken);
                return;
            }
            catch (CniException failure)
            {
                Console.Error.WriteLine(failure.Message);
            }

            await Task.Delay(pause, timeProvider, cancellationToken);
        }
    }

    public static async Task CollectAsync(CniClient client, IEnumerable<string> containerIds, CancellationToken cancellationToken)
    {
        var alive = containerIds.Select(id => new AttachmentId("pods", id, "eth0")).ToArray();
        var deleted = await client.CollectGarbageAsync("pods", alive, force: false, cancellationToken);
        Console.WriteLine($"deleted: {string.Join(", ", deleted)}");
    }

    public static async Task ValidateAsync(CniClient client, CancellationToken cancellationToken)
    {
        var validation = await client.ValidateAsync("pods", cancellationToken);
        foreach (var problem in validation.Problems)
            Console.Error.WriteLine(problem);

        await client.StatusAsync("pods", cancellationToken);
    }

    public static async Task<CniResult> TraceAsync(CniClient client, Attachment attachment, CancellationToken cancellationToken)
    {
        using var activity = new Activity("attach").Start();
        var result = await client.AddAsync("pods", attachment, cancellationToken);
        return result;
    }
}
