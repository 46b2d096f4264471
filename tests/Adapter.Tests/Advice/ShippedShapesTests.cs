namespace Bridge.Adapter.Tests.Advice;

/// <summary>Configurations in the shapes in which projects ship them: what an expert would say of each, and nothing else.</summary>
public sealed class ShippedShapesTests : AdviceTest
{
    private const string Portmap = """{ "type": "portmap", "capabilities": { "portMappings": true } }""";
    private const string Kubeconfig = """ "kubernetes": { "kubeconfig": "DIR/kubeconfig" } """;
    private const string NoVersion = "Warning: it has no \"cniVersion\": *Write \"cniVersion\": \"0.3.1\"*";

    // File, content, and the notes that it has.
    public static TheoryData<string, string, string[]> Shapes { get; } = new()
    {
        {
            "10-antrea.conflist",
            $$"""
            { "cniVersion": "0.3.0", "name": "antrea", "plugins": [ { "type": "antrea", "ipam": { "type": "host-local" } },
              {{Portmap}}, { "type": "bandwidth", "capabilities": { "bandwidth": true } } ] }
            """,
            ["Note: plugin antrea: *names, not the pod*restarts*cnm-cni gives each container names of its own.*"]
        },
        {
            "10-aws.conflist",
            $$"""{ "name": "aws", "plugins": [ { "name": "aws", "type": "aws-cni", "vethPrefix": "eni", "mtu": "9001" }, {{Portmap}} ] }""",
            [NoVersion, "Note: plugin aws-cni: *names, not the pod*EC2*"]
        },
        {
            "10-aws-template.conflist",
            $$"""
            { "cniVersion": "0.3.1", "name": "aws", "plugins": [
              { "type": "aws-cni", "vethPrefix": "__VETHPREFIX__", "mtu": "__MTU__" }, {{Portmap}} ] }
            """,
            [
                "Error: $.plugins[0].vethPrefix is the placeholder __VETHPREFIX__ of a template: write the value, or remove the key",
                "Error: $.plugins[0].mtu is the placeholder __MTU__ *", "Note: plugin aws-cni: *",
            ]
        },
        {
            "10-calico-podcidr.conflist",
            $$"""
            { "name": "pods", "cniVersion": "0.4.0", "plugins": [ { "type": "calico", "datastore_type": "kubernetes", {{Kubeconfig}},
              "ipam": { "type": "host-local", "subnet": "usePodCidr" } }, {{Portmap}} ] }
            """,
            ["Note: $.plugins[0].ipam is usePodCidr: *", "Note: plugin calico (Kubernetes): Without an existing pod ADD fails*"]
        },
        {
            "10-calico.conflist",
            $$"""
            { "name": "pods", "cniVersion": "0.3.1", "plugins": [ { "type": "calico", "datastore_type": "kubernetes", "mtu": 0,
              "nodename_file_optional": false, "ipam": { "type": "calico-ipam", "assign_ipv4": "true" }, "policy": { "type": "k8s" },
              {{Kubeconfig}} }, {{Portmap}} ] }
            """,
            ["Note: plugin calico (Kubernetes): *Name a pod with -o cni.args.K8S_POD_NAMESPACE=*", "Note: plugin calico-ipam: *leaked*"]
        },
        {
            "10-calico-etcd.conflist",
            """
            { "name": "pods", "cniVersion": "0.3.1", "plugins": [
              { "type": "calico", "etcd_endpoints": "http://127.0.0.1:2379", "ipam": { "type": "calico-ipam" } } ] }
            """,
            ["Note: plugin calico (etcd): It works without a pod: *", "Note: plugin calico-ipam: *"]
        },
        {
            "05-cilium.conflist",
            """{ "cniVersion": "0.3.1", "name": "cilium", "plugins": [ { "type": "cilium-cni", "enable-debug": false } ] }""",
            ["Note: plugin cilium-cni: *no pod labels*reserved:init*"]
        },
        {
            "05-cilium-portmap.conflist",
            $$"""{ "cniVersion": "0.3.1", "name": "portmap", "plugins": [ { "type": "cilium-cni", "log-file": "x" }, {{Portmap}} ] }""",
            ["Note: plugin cilium-cni: *"]
        },
        {
            "10-containerd.conflist",
            $$"""
            { "cniVersion": "0.4.0", "name": "both", "plugins": [ { "type": "bridge", "bridge": "cni0", "isGateway": true, "promiscMode": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.88.0.0/16" }], [{ "subnet": "2001:4860:4860::/64" }]] } },
              {{Portmap}} ] }
            """,
            ["Note: subnet 2001:4860:4860::/64 is not private: *"]
        },
        {
            "10-crio-bridge.conflist",
            """
            { "cniVersion": "1.0.0", "name": "crio", "type": "bridge", "bridge": "cni0", "isGateway": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.85.0.0/16" }]] } }
            """,
            []
        },
        {
            "11-crio-ipv4-bridge.conflist",
            """
            { "cniVersion": "0.3.1", "name": "crio", "plugins": [ { "type": "bridge", "bridge": "cni0", "hairpinMode": true,
              "ipam": { "type": "host-local", "routes": [{ "dst": "0.0.0.0/0" }], "ranges": [[{ "subnet": "10.85.0.0/16" }]] } } ] }
            """,
            []
        },
        {
            "fcnet.conflist",
            """
            { "name": "fcnet", "cniVersion": "0.3.1", "plugins": [ { "type": "ptp", "ipMasq": true,
              "ipam": { "type": "host-local", "subnet": "10.2.6.0/24", "resolvConf": "/etc/resolv.conf" } }, { "type": "tc-redirect-tap" } ] }
            """,
            ["Note: plugin tc-redirect-tap: *Processes of the container itself get no traffic*cni.attach=sandbox*"]
        },
        {
            "10-flannel.conflist",
            $$"""
            { "name": "cbr0", "cniVersion": "0.3.1", "plugins": [
              { "type": "flannel", "subnetFile": "DIR/kubeconfig", "delegate": { "hairpinMode": true, "isDefaultGateway": true } }, {{Portmap}} ] }
            """,
            ["Note: plugin flannel: It works without a pod.*"]
        },
        {
            "10-k3s.conflist",
            $$"""
            {"name":"cbr0","cniVersion":"1.0.0","plugins":[{"type":"flannel","subnetFile":"DIR/missing.env","delegate":{"forceAddress":true} },
            {{Portmap}},{"type":"bandwidth","capabilities":{"bandwidth":true} } ] }
            """,
            ["Warning: plugin flannel needs DIR/missing.env, which does not exist: *Start flanneld*", "Note: plugin flannel: *"]
        },
        {
            "00-genie.conf",
            """{ "name": "pods", "type": "genie", "romana_root": "http://__ROMANA_HOST__:__ROMANA_PORT__" }""",
            [
                "Warning: $.romana_root has the placeholder __ROMANA_HOST__ of a template in \"http://*", NoVersion,
                "Note: plugin genie: Without an existing pod ADD may fail*",
            ]
        },
        {
            "10-kindnet.conflist",
            $$"""
            { "cniVersion": "0.3.1", "name": "kindnet", "plugins": [ { "type": "ptp", "ipMasq": false, "mtu": 1500, "ipam": {
              "type": "host-local", "dataDir": "/run/cni-ipam-state", "ranges": [[{ "subnet": "10.244.0.0/24" }]] } }, {{Portmap}} ] }
            """,
            ["Note: plugin ptp (kindnet): It works without a pod*"]
        },
        {
            "nad.conf",
            """{ "cniVersion": "0.3.0", "type": "kube-ovn", "server_socket": "/run/x.sock", "provider": "net.default.ovn" }""",
            ["Note: plugin kube-ovn: Without an existing pod ADD fails*"]
        },
        {
            "10-kuberouter.conflist",
            """
            { "cniVersion": "0.3.0", "name": "mynet", "plugins": [ { "name": "kubernetes", "type": "bridge", "bridge": "kube-bridge",
              "isDefaultGateway": true, "ipam": { "type": "host-local", "subnet": "10.242.0.0/24" } },
              { "type": "portmap", "capabilities": { "snat": true, "portMappings": true } } ] }
            """,
            [
                "Warning: $.plugins[1].capabilities.snat is no capability *write it beside \"capabilities\"",
                "Note: plugin bridge (kube-router): *",
            ]
        },
        {
            "1-k8s.conflist",
            $$"""
            { "cniVersion": "0.4.0", "name": "bridge", "plugins": [ { "type": "bridge", "bridge": "bridge", "addIf": "true",
              "isDefaultGateway": true, "forceAddress": false, "ipam": { "type": "host-local", "subnet": "10.244.0.0/16" } },
              {{Portmap}}, { "type": "firewall" } ] }
            """,
            [
                "Note: Docker keeps the name \"bridge\" for itself.*cnm-cni networks create bridge --name cni-bridge",
                "Note: $.plugins[0].addIf is no field of plugin bridge *",
            ]
        },
        {
            "00-multus.conf",
            """
            { "capabilities": { "bandwidth": true, "portMappings": true }, "cniVersion": "0.3.1", "name": "multus",
              "clusterNetwork": "/host/etc/cni/net.d/10-calico.conflist", "type": "multus-shim" }
            """,
            ["Note: plugin multus-shim: Without names the daemon refuses ADD*"]
        },
        {
            "10-mynet.conf",
            """
            { "cniVersion": "1.0.0", "name": "mynet", "type": "bridge", "bridge": "cni0", "isGateway": true,
              "ipam": { "type": "host-local", "subnet": "172.19.0.0/24" } }
            """,
            []
        },
        {
            "nerdctl-x.conflist",
            $$$"""
            { "cniVersion": "1.0.0", "name": "nerd", "nerdctlID": "17f2", "nerdctlLabels": { "a": "{{x}}" }, "plugins": [
              { "type": "bridge", "bridge": "nerdctl0", "isGateway": true,
                "ipam": { "ranges": [[{ "gateway": "10.4.0.1", "subnet": "10.4.0.0/24" }]], "type": "host-local" } },
              {{{Portmap}}}, { "type": "firewall", "ingressPolicy": "same-bridge" }, { "type": "tuning" } ] }
            """,
            []
        },
        {
            "10-ovn.conf",
            """{"name":"ovn", "type":"ovn-k8s-cni-overlay"}""",
            [NoVersion, "Note: plugin ovn-k8s-cni-overlay: Without an existing pod ADD fails*"]
        },
        {
            "87-podman.conflist",
            $$"""
            { "cniVersion": "0.4.0", "name": "podman", "plugins": [ { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true,
              "ipam": { "type": "host-local", "subnet": "10.88.0.0/16", "routes": [{ "dst": "0.0.0.0/0" }] } },
              {{Portmap}}, { "type": "firewall", "backend": "iptables" } ] }
            """,
            []
        },
        {
            "macvlan-conf1.conflist",
            """
            { "cniVersion": "0.3.1", "name": "lan", "plugins": [ { "type": "ifacer", "interfaces": [ "eth9" ], "vlanID": 100 },
              { "type": "macvlan", "master": "eth9.100", "mode": "bridge", "ipam": { "type": "spiderpool" } },
              { "type": "coordinator", } ] }
            """,
            ["Note: plugin ifacer: *", "Note: plugin spiderpool: Without an existing pod ADD fails*", "Note: plugin coordinator: *"]
        },
        {
            "macvlan.conf",
            """{ "cniVersion": "0.3.1", "type": "macvlan", "master": "lo", "name": "lan", "ipam": { "type": "spiderpool" } }""",
            ["Note: plugin spiderpool: *"]
        },
        {
            "10-terway.conf",
            """{ "cniVersion": "0.4.0", "name": "terway", "capabilities": { "bandwidth": true }, "type": "terway" }""",
            ["Note: plugin terway: *asks the API server*"]
        },
        {
            "10-weave.conflist",
            $$"""{ "cniVersion": "0.3.0", "name": "weave", "plugins": [ { "name": "weave", "type": "weave-net" }, {{Portmap}} ] }""",
            ["Note: plugin weave-net: *"]
        },
        {
            "whereabouts.conf",
            """
            { "cniVersion": "0.3.0", "name": "lan", "type": "macvlan", "master": "eth9", "mode": "bridge",
              "ipam": { "type": "whereabouts", "range": "192.168.1.0/24", "range_start": "192.168.1.200" } }
            """,
            [
                "Warning: $.master is eth9, and the host has no such link: write one of `ip link`",
                "Note: plugin whereabouts: *reconciler may free addresses whose pod does not exist*",
            ]
        },
        {
            "10-azure.conflist",
            $$"""
            { "cniVersion": "0.3.0", "name": "azure", "plugins": [
              { "type": "azure-vnet", "mode": "transparent", "ipam": { "type": "azure-vnet-ipam" } }, {{Portmap}} ] }
            """,
            ["Note: plugin azure-vnet: It needs names*"]
        },
        {
            "00-multus-thin.conf",
            """
            { "cniVersion": "0.3.1", "name": "multus", "type": "multus", "kubeconfig": "DIR/kubeconfig", "delegates": [
              { "name": "pods", "plugins": [ { "type": "flannel", "subnetFile": "DIR/kubeconfig" }, { "type": "portmap" } ] } ] }
            """,
            [
                "Warning: $.delegates[0].plugins[1] is portmap without \"capabilities\"*", "Note: plugin multus: *annotations of pods*",
                "Note: plugin flannel: *",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shipped_configuration_has_the_notes_of_an_expert(string file, string content, string[] notes)
    {
        Install("bridge", "host-local", "portmap", "flannel");
        Host = new(["lo"], []);
        Write("kubeconfig", "");
        Write(file, content);

        var found = Notes();

        found.Should().HaveSameCount(notes, string.Join('\n', found));
        foreach (var (note, pattern) in found.Zip(notes))
            note.Should().Match(pattern);
    }
}
